import { wait } from "../../driver/backoff.ts";
import type { Driver } from "../../driver/driver.ts";
import type { AppliedState } from "../../history/applied-state.ts";
import { knownVersions } from "../../history/known-versions.ts";
import type { Migration } from "../../migration.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { LockAgain } from "./migration-lock.ts";
import type { UnderWay } from "./ordered-bodies.ts";

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

/** What an operation that ended in the midst of a migration's rounds has left to do. @returns undefined when there was none. */
export async function begunBefore(
	{ history }: Driver,
	{ found }: AppliedState,
	{ version }: Migration,
	began: number,
): Promise<UnderWay | undefined> {
	if (history === undefined || found.head?.last === undefined) return undefined;
	const { events } = await history.read();
	const { round } = knownVersions(events).of(version);
	return round && { version, rows: Number.parseInt(round.note ?? "0", 10), began };
}
