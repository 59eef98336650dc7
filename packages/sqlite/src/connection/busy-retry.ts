import { lockTimeout, MigrateError, type WaitOptions, withBackoff } from "@godwit/core";
import { isBusy } from "../sqlite-error.ts";
import { DatabaseHeldError } from "./database-held-error.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/**
 * Shorter than the pauses of processes that wait for the migration lock. On node-sqlite3-wasm each of their attempts keeps
 * the holder out for a moment, and the holder has to succeed also against many of them.
 */
const LONGEST_WAIT_MS = 25;

/** How long to wait for whoever is in the way. 0 tries once. */
export interface BusyTimeouts {
	/** For another program's transaction, in milliseconds. */
	readonly busyTimeoutMs: number;
	/** For another run of godwit, in milliseconds. */
	readonly lockTimeoutMs: number;
}

/**
 * A `timeoutMs` comes in place of `lockTimeoutMs`. It counts from `since` on; default: from the first time that somebody was in the
 * way.
 */
export interface BusyRetryOptions extends BusyTimeouts, Partial<WaitOptions> {}

/** Tries once. */
export const ONCE: BusyTimeouts = { busyTimeoutMs: 0, lockTimeoutMs: 0 };

/**
 * Tries to use the database, again and again while somebody else is in the way. An attempt that reports busy has done nothing.
 *
 * Waits for another run of godwit until the lock timeout, since its migration may be long, and for any other program until the
 * busy timeout. SQLite's own busy handler would block the event loop, and knows no difference.
 *
 * @throws MigrateError `ERR_LOCK_TIMEOUT`, which names the other run; `ERR_BUSY`. The cause is the last attempt's error.
 */
export async function retryWhileBusy<T>(
	connection: SqliteConnection,
	{ busyTimeoutMs, lockTimeoutMs, timeoutMs = lockTimeoutMs, since, signal }: BusyRetryOptions,
	attempt: () => T | Promise<T>,
): Promise<T> {
	const assertTimeLeft = deadlines({ busyTimeoutMs, lockTimeoutMs: timeoutMs }, since);
	function assertMayRepeat(error: unknown): undefined {
		if (!isBusy(connection, error)) throw error;
		assertTimeLeft(error);
	}
	async function tryOnce(): Promise<{ readonly result: T } | undefined> {
		try {
			return { result: await attempt() };
		} catch (error) {
			return assertMayRepeat(error);
		}
	}
	try {
		const result = attempt();
		// Most statements are not busy, and need no await.
		return result instanceof Promise ? await result : result;
	} catch (error) {
		assertMayRepeat(error);
	}
	for (;;) {
		const wait = { timeoutMs: Number.POSITIVE_INFINITY, longestWaitMs: LONGEST_WAIT_MS, signal };
		const done = await withBackoff(tryOnce, wait);
		if (done !== undefined) return done.result;
	}
}

/**
 * Decides against which timeout a wait counts.
 *
 * @param since From when on a wait for godwit counts; default: since anybody has been in the way.
 * @returns A function to call with the error of each attempt. It throws when that attempt was the last.
 */
function deadlines({ busyTimeoutMs, lockTimeoutMs }: BusyTimeouts, since?: number): (error: unknown) => void {
	let countedSince = since;
	/** Since when another program than godwit has been in the way without a break. */
	let otherSince: number | undefined;
	return (error) => {
		const now = performance.now();
		countedSince ??= now;
		if (isGodwitRun(error)) {
			otherSince = undefined;
			const waitedMs = now - countedSince;
			if (waitedMs < lockTimeoutMs) return;
			throw lockTimeout({ owner: error.message, reason: error.message }, Math.round(waitedMs), error);
		}
		otherSince ??= now;
		const waitedMs = now - otherSince;
		if (waitedMs >= busyTimeoutMs) throw stayedBusy(Math.round(waitedMs), error);
	};
}

function isGodwitRun(error: unknown): error is DatabaseHeldError {
	return error instanceof DatabaseHeldError && error.holder === "godwit";
}

/** What whoever waits in vain for a connection that is no run of godwit's is told. */
export function stayedBusy(waitedMs: number, cause: unknown): MigrateError<"ERR_BUSY"> {
	const reason = cause instanceof DatabaseHeldError ? cause.message : "another connection's transaction is in the way";
	const message = `the database stayed busy for ${waitedMs} ms: ${reason}; try again, or raise x-busy-timeout`;
	return new MigrateError("ERR_BUSY", message, { waitedMs }, { cause });
}
