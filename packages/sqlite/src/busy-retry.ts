import { MigrateError, withBackoff } from "@godwit/core";
import { DatabaseHeldError } from "./lock-file.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { isBusy } from "./sqlite-error.ts";

/**
 * Shorter than the pauses of those who wait for the migration lock: on node-sqlite3-wasm their looking for it keeps its
 * holder out, and with many of them the holder must win.
 */
const LONGEST_WAIT_MS = 25;

/**
 * Runs a statement, again and again while another connection's transaction is in its way.
 *
 * SQLite's own busy handler would block the event loop. A statement that reports busy has done nothing.
 *
 * @throws MigrateError `ERR_BUSY` when the time is up.
 */
export async function retryWhileBusy<T>(connection: SqliteConnection, timeoutMs: number, run: () => T): Promise<T> {
	let busy: unknown;
	function attempt(): { readonly result: T } | undefined {
		try {
			return { result: run() };
		} catch (error) {
			if (!isBusy(connection, error)) throw error;
			busy = error;
			return undefined;
		}
	}
	// Hardly any is busy, and then nothing has to be awaited.
	const done = attempt() ?? (await withBackoff(attempt, { timeoutMs, longestWaitMs: LONGEST_WAIT_MS }));
	if (done !== undefined) return done.result;
	const reason = busy instanceof DatabaseHeldError ? busy.message : "another connection's transaction is in the way";
	throw new MigrateError(
		"ERR_BUSY",
		`the database stayed busy for ${timeoutMs} ms: ${reason}; try again, or raise x-busy-timeout`,
		{ waitedMs: timeoutMs },
		{ cause: busy },
	);
}
