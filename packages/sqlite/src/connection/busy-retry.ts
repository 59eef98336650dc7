import { type LockOptions, lockTimeout, MigrateError, withBackoff } from "@godwit/core";
import { isBusy } from "../sqlite-error.ts";
import { DatabaseHeldError } from "./database-held-error.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

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
	throw stayedBusy(timeoutMs, busy);
}

export interface WaitOptions extends LockOptions {
	/** How long to wait for a transaction that is not godwit's. */
	readonly busyTimeoutMs: number;
	/** How long to wait for a godwit. */
	readonly lockTimeoutMs: number;
	/** The database's file, for messages. */
	readonly path: string;
}

/**
 * Tries to reach the database, again and again while somebody is in the way: a godwit for the lock timeout, since it
 * may be in a long migration, anybody else for the busy timeout.
 *
 * @throws MigrateError `ERR_LOCK_TIMEOUT`, which names the godwit; `ERR_BUSY`.
 */
export async function waitForAccess<T>(
	connection: SqliteConnection,
	attempt: () => Promise<T>,
	{ busyTimeoutMs, lockTimeoutMs, timeoutMs = lockTimeoutMs, signal, path }: WaitOptions,
): Promise<T> {
	const start = performance.now();
	let busy: unknown;
	/** Since when somebody else than a godwit has been in the way without a break. */
	let busySince = start;
	async function tryOnce(): Promise<{ readonly result: T } | undefined> {
		try {
			return { result: await attempt() };
		} catch (error) {
			if (!isBusy(connection, error)) throw error;
			const now = performance.now();
			if (isGodwit(busy) && !isGodwit(error)) busySince = now;
			busy = error;
			if (isGodwit(error) ? now - start < timeoutMs : now - busySince < busyTimeoutMs) return undefined;
			throw givenUp();
		}
	}
	function givenUp(): MigrateError {
		const waitedSince = isGodwit(busy) ? start : busySince;
		const waitedMs = Math.round(performance.now() - waitedSince);
		if (!isGodwit(busy)) return stayedBusy(waitedMs, busy);
		return lockTimeout(path, { owner: busy.message, reason: busy.message }, waitedMs);
	}
	const waiting = { timeoutMs: timeoutMs + busyTimeoutMs, longestWaitMs: LONGEST_WAIT_MS, signal };
	const done = (await tryOnce()) ?? (await withBackoff(tryOnce, waiting));
	if (done !== undefined) return done.result;
	throw givenUp();
}

function isGodwit(error: unknown): error is DatabaseHeldError {
	return error instanceof DatabaseHeldError && error.holder === "godwit";
}

function stayedBusy(waitedMs: number, cause: unknown): MigrateError<"ERR_BUSY"> {
	const reason = cause instanceof DatabaseHeldError ? cause.message : "another connection's transaction is in the way";
	const message = `the database stayed busy for ${waitedMs} ms: ${reason}; try again, or raise x-busy-timeout`;
	return new MigrateError("ERR_BUSY", message, { waitedMs }, { cause });
}
