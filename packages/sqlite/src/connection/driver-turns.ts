import { lockTimeout, type MigrateError, type WaitOptions, waitForTurn } from "@godwit/core";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import type { BorrowedConnection } from "./borrowed-connection.ts";
import { stayedBusy } from "./busy-retry.ts";
import { DatabaseHeldError } from "./database-held-error.ts";

const OTHER_DRIVER = "another driver over the same connection";
const IN_USE = `${OTHER_DRIVER} is at work`;

/** Runs one call of a driver when the calls of other drivers over its connection are over. */
export type InTurn = <T>(work: () => Promise<T>, waiting: Partial<WaitOptions> | undefined) => Promise<T>;

/**
 * Makes one driver's calls take turns with those of other drivers over the same connection of the caller's.
 *
 * A call that is given how long to wait, or the lock timeout, is then `ERR_LOCK_TIMEOUT`; any other waits for the busy
 * timeout, and is then `ERR_BUSY`, as when another program is in the way. To wait without an end could be to wait for
 * itself, in a callback of the other driver's transaction.
 *
 * @param path The database's file, for messages.
 */
export function driverTurns(
	{ calls }: BorrowedConnection,
	path: string,
	{ busyTimeoutMs, lockTimeoutMs }: SqliteConfig,
): InTurn {
	function late(waitedMs: number): MigrateError {
		return stayedBusy(waitedMs, new DatabaseHeldError(IN_USE, "other"));
	}

	function lateForLock(waitedMs: number): MigrateError {
		return lockTimeout({ owner: OTHER_DRIVER, reason: `${path}: ${IN_USE}` }, waitedMs);
	}

	return async (work, waiting) => {
		const ownTimeoutMs = waiting === undefined ? busyTimeoutMs : lockTimeoutMs;
		const { since = performance.now(), timeoutMs = ownTimeoutMs, signal } = waiting ?? {};
		const patience = { since, timeoutMs, signal };
		return calls.run(work, (before) => waitForTurn(before, patience, waiting === undefined ? late : lateForLock));
	};
}
