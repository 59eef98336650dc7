import type { Driver } from "../../../driver/driver.ts";
import { wait } from "../../../driver/waiting/backoff.ts";
import type { AppliedState } from "../../../history/applied-state.ts";
import { loadChecksum } from "../../../history/checksum.ts";
import { recordOf, withMeaning } from "../../../history/recorded-body.ts";
import { MigrateError } from "../../../migrate-error.ts";
import type { Migration } from "../../../migration.ts";
import type { MigrateOptions } from "../../migrate-options.ts";
import { sameMeaning } from "../../policies/changed-files.ts";
import type { Finding } from "../../policies/finding.ts";
import type { LockAgain } from "../migration-lock.ts";
import { goesOn, type UnderWay } from "../ordered-bodies.ts";

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

/** What the rounds of a migration have done so far. */
export interface RoundsBefore {
	/** As `UnderWay.text`. */
	readonly text: string | undefined;
	/** How many rows they have changed, as a sentence has it: `5000 rows`. */
	readonly rows: string;
}

/** What the rounds of a migration have done, in this operation or before it. */
export function roundsBefore(
	migration: Migration,
	{ known }: AppliedState,
	underWay: UnderWay | undefined,
): RoundsBefore | undefined {
	if (goesOn(migration, underWay)) return { text: underWay.text, rows: `${underWay.rows} rows` };
	const { round } = known.of(migration.version);
	return round?.direction === migration.direction ? { text: round.checksum, rows: round.note ?? "" } : undefined;
}

/**
 * Compares the file that goes on with what its rounds have run: rows of two texts would be mixed.
 *
 * @returns What is to be said of that; `undefined` when it means the same.
 * @throws MigrateError `ERR_CHANGED`, unless the policy is to warn.
 */
export async function editedFinding(
	{ history }: Driver,
	{ changed }: MigrateOptions,
	{ version, file }: Migration,
	{ text: ran, rows }: RoundsBefore,
): Promise<Finding | undefined> {
	if (history === undefined || ran === undefined || file === undefined) return undefined;
	const recording = { newChecksum: await loadChecksum(), history };
	if (sameMeaning(ran, withMeaning(await recordOf(file.body, recording), recording))) return undefined;
	const message = `${file.location} changed since its rounds began, which have changed ${rows}; put back what ran, or look at these rows and go on with -changed warn`;
	if (changed !== "warn") throw new MigrateError("ERR_CHANGED", message, { versions: [version] });
	return { kind: "changed", level: "warning", versions: [version], message };
}
