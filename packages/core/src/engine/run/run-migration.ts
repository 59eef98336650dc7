import type { MigrationBody } from "../../body/migration-body.ts";
import type { Driver, Rounds } from "../../driver/driver.ts";
import type { VersionChange, VersionState } from "../../driver/version-state.ts";
import type { MigrationRecord } from "../../history/recorder.ts";
import { isMigrateError, suppress } from "../../migrate-error.ts";
import type { Migration } from "../../migration.ts";
import { newToken } from "../token.ts";
import { changeOnce } from "./change-once.ts";
import type { MigrationFailure } from "./migration-failure.ts";
import { mayRunInRounds } from "./rounds/may-run-in-rounds.ts";

/** Where a step starts, and whether another one follows. */
export interface StepPlace {
	readonly from: VersionState;
	readonly last: boolean;
	/** How many rows earlier rounds of the migration have changed in this operation; the history, where there is one, knows better. */
	readonly rowsBefore: number;
}

/** A round that was committed. */
export interface RoundMade {
	/** How many rows all rounds of the migration have changed. */
	readonly rows: number;
}

/** Of a driver that keeps no history. */
export interface UnrecordedMigration extends Partial<MigrationRecord> {
	readonly body: MigrationBody | undefined;
}

/**
 * Makes one step: atomically where the driver can, else by golang-migrate's protocol, which marks the database dirty
 * before the body runs and clean after it.
 *
 * @param record Has the body to run; without one only the version moves. It makes the events where a history is kept.
 * @returns The failure, `undefined` for success, or what a round has done, after which the step has to be made again.
 */
export async function runMigration(
	driver: Driver,
	{ target: version, direction }: Migration,
	{ body, begun, ended, undone, round, rowsBefore }: MigrationRecord | UnrecordedMigration,
	{ from, last, rowsBefore: rowsHere }: StepPlace,
): Promise<MigrationFailure | RoundMade | undefined> {
	const token = newToken();
	const end = { version, dirty: false, from, token, last, events: ended };
	const setVersion = (change: VersionChange & { readonly token: string }): Promise<unknown> =>
		changeOnce(driver, change.token, () => driver.setVersion(change));
	let dirty = false;
	try {
		if (body === undefined) {
			await setVersion(end);
			return undefined;
		}
		let made: RoundMade | undefined;
		const rounds: Rounds = {
			get before() {
				return rowsBefore?.() ?? rowsHere;
			},
			record(changed) {
				const rows = rounds.before + changed;
				made = { rows };
				// Of two attempts one is committed at the most, so the token says whether the last one was, round or not.
				return { ...from, from, token, events: round && (() => round(rows)) };
			},
		};
		const inRounds = mayRunInRounds(driver, { direction });
		const outcome = await changeOnce(driver, token, async () => {
			made = undefined;
			return driver.apply?.(body, end, inRounds ? rounds : undefined);
		});
		if (outcome === "applied" || outcome === "committed" || outcome === "round") return made;
		await setVersion({ version, dirty: true, from, token: newToken(), last: false, events: begun });
		dirty = true;
		await driver.run(body);
		await setVersion({ ...end, from: { version, dirty } });
		return undefined;
	} catch (cause) {
		if (!dirty || !isMigrateError(cause, "ERR_START_OVER")) return { cause, dirty, token };
		return putBack(driver, { version, dirty }, { ...from, events: undone }, { cause, dirty, token });
	}
}

/** Nothing of the body is there, so the mark goes, and the step can be made again. */
async function putBack(
	driver: Driver,
	marked: VersionState,
	before: VersionState & Pick<VersionChange, "events">,
	failure: MigrationFailure,
): Promise<MigrationFailure> {
	try {
		await driver.setVersion({ ...before, from: marked, token: newToken() });
		return { ...failure, dirty: false };
	} catch (error) {
		return { ...failure, cause: suppress(failure.cause, error) };
	}
}
