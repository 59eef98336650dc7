import { type LockOptions, lockTimeout, MigrateError, withBackoff } from "@godwit/core";
import { isBusy } from "../sqlite-error.ts";
import { DatabaseHeldError } from "./database-held-error.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/**
 * Shorter than the pauses of processes that wait for the migration lock. On node-sqlite3-wasm each of their attempts keeps
 * the holder out for a moment, and the holder has to succeed also against many of them.
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
	// Most statements are not busy, and need no await.
	const done = attempt() ?? (await withBackoff(attempt, { timeoutMs, longestWaitMs: LONGEST_WAIT_MS }));
	if (done !== undefined) return done.result;
	throw stayedBusy(timeoutMs, busy);
}

export interface WaitOptions extends LockOptions {
	/** How long to wait for another program's transaction, in milliseconds. */
	readonly busyTimeoutMs: number;
	/** How long to wait for another run of godwit, in milliseconds. */
	readonly lockTimeoutMs: number;
	/** The database's file, for messages. */
	readonly path: string;
}

/**
 * Tries again and again to use the database while another process is in the way. Waits for another run of godwit until the
 * lock timeout, since its migration may be long, and for any other program until the busy timeout.
 *
 * @throws MigrateError `ERR_LOCK_TIMEOUT`, which names the other run; `ERR_BUSY`.
 */
export async function waitForAccess<T>(
	connection: SqliteConnection,
	attempt: () => Promise<T>,
	{ busyTimeoutMs, lockTimeoutMs, timeoutMs = lockTimeoutMs, signal, path }: WaitOptions,
): Promise<T> {
	const start = performance.now();
	let busy: unknown;
	/** Since when another program than godwit has been in the way without a break. */
	let busySince = start;
	async function tryOnce(): Promise<{ readonly result: T } | undefined> {
		try {
			return { result: await attempt() };
		} catch (error) {
			if (!isBusy(connection, error)) throw error;
			const now = performance.now();
			if (isGodwitRun(busy) && !isGodwitRun(error)) busySince = now;
			busy = error;
			if (isGodwitRun(error) ? now - start < timeoutMs : now - busySince < busyTimeoutMs) return undefined;
			throw givenUp();
		}
	}
	function givenUp(): MigrateError {
		const waitedSince = isGodwitRun(busy) ? start : busySince;
		const waitedMs = Math.round(performance.now() - waitedSince);
		if (!isGodwitRun(busy)) return stayedBusy(waitedMs, busy);
		return lockTimeout(path, { owner: busy.message, reason: busy.message }, waitedMs);
	}
	const waiting = { timeoutMs: timeoutMs + busyTimeoutMs, longestWaitMs: LONGEST_WAIT_MS, signal };
	const done = (await tryOnce()) ?? (await withBackoff(tryOnce, waiting));
	if (done !== undefined) return done.result;
	throw givenUp();
}

function isGodwitRun(error: unknown): error is DatabaseHeldError {
	return error instanceof DatabaseHeldError && error.holder === "godwit";
}

function stayedBusy(waitedMs: number, cause: unknown): MigrateError<"ERR_BUSY"> {
	const reason = cause instanceof DatabaseHeldError ? cause.message : "another connection's transaction is in the way";
	const message = `the database stayed busy for ${waitedMs} ms: ${reason}; try again, or raise x-busy-timeout`;
	return new MigrateError("ERR_BUSY", message, { waitedMs }, { cause });
}
