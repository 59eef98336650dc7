import { isMigrateError, type LockOptions, MigrateError, withBackoff } from "@godwit/core";
import { DatabaseHeldError } from "./lock-file.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { isBusy } from "./sqlite-error.ts";

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
	let owner: string | undefined;
	const taken = await withBackoff(
		async () => {
			try {
				owner = await tryLock();
			} catch (error) {
				const busy = isMigrateError(error, "ERR_BUSY") ? error.cause : error;
				if (!isBusy(connection, busy)) throw error;
				owner = busy instanceof DatabaseHeldError ? busy.message : "a transaction of another connection";
			}
			return owner === undefined ? true : undefined;
		},
		{ timeoutMs, longestWaitMs: LONGEST_WAIT_MS, signal },
	);
	if (taken !== undefined || owner === undefined) return;
	const waitedMs = Math.round(performance.now() - start);
	const message = `${path}: the migration lock is held by ${owner}; waited ${waitedMs} ms. Try again, or raise the lock timeout`;
	throw new MigrateError("ERR_LOCK_TIMEOUT", message, { waitedMs, owner });
}
