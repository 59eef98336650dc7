import { isMigrateError, type LockOptions, withBackoff } from "@godwit/core";
import { lockTimeout } from "../connection/busy-retry.ts";
import { DatabaseHeldError } from "../connection/database-held-error.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { isBusy } from "../sqlite-error.ts";

/** Longer than a holder's own pauses, see busy-retry.ts. */
const LONGEST_WAIT_MS = 250;

/**
 * Tries to take the migration lock until it is taken.
 *
 * @param tryLock Takes it, or names who holds it.
 * @throws MigrateError `ERR_LOCK_TIMEOUT`, which names who held it last.
 */
export async function waitForLock(
	connection: SqliteConnection,
	path: string,
	tryLock: () => Promise<string | undefined>,
	{ timeoutMs, signal }: LockOptions & { readonly timeoutMs: number },
): Promise<void> {
	const start = performance.now();
	let holder: string | DatabaseHeldError | undefined;
	const taken = await withBackoff(
		async () => {
			try {
				holder = await tryLock();
			} catch (error) {
				const busy = isMigrateError(error, "ERR_BUSY") ? error.cause : error;
				if (!isBusy(connection, busy)) throw error;
				holder = busy instanceof DatabaseHeldError ? busy : "a transaction of another connection";
			}
			return holder === undefined ? true : undefined;
		},
		{ timeoutMs, longestWaitMs: LONGEST_WAIT_MS, signal },
	);
	if (taken === undefined && holder !== undefined)
		throw lockTimeout(path, holder, Math.round(performance.now() - start));
}
