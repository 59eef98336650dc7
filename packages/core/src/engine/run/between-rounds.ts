import { wait } from "../../driver/backoff.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { LockAgain } from "./migration-lock.ts";

/** The longest sleep of SQLite's busy handler: an application that sleeps while a round runs would miss a shorter gap again and again. */
const SHORTEST_PAUSE_MS = 100;

/**
 * Leaves the database to others for as long as the round took, and 100 ms at least.
 *
 * @param tookMs How long the round took.
 * @returns False when the signal has ended the operation; the lock is given back then.
 */
export async function betweenRounds(
	tookMs: number,
	lockAgain: LockAgain,
	{ signal }: MigrateOptions,
): Promise<boolean> {
	try {
		await lockAgain(() => wait(Math.max(SHORTEST_PAUSE_MS, tookMs), signal));
		return true;
	} catch (error) {
		if (signal?.aborted && error === signal.reason) return false;
		throw error;
	}
}
