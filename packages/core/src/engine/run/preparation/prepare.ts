import type { Driver, LockOptions } from "../../../driver/driver.ts";
import type { DueEvent } from "../../../history/adoption.ts";
import { type AppliedState, readAppliedState } from "../../../history/applied-state.ts";
import { isMigrateError, MigrateError } from "../../../migrate-error.ts";
import type { Migration, MigrationStep } from "../../../migration.ts";
import { SEAL_NAME } from "../../../source/seal.ts";
import type { Source } from "../../../source/source.ts";
import type { Version } from "../../../version.ts";
import type { MigrateOptions } from "../../migrate-options.ts";
import { type Goal, type Plan, plan, stepsLeft, type VersionStatus } from "../../plan.ts";
import { type ChangedFile, changedFiles, changedFinding } from "../../policies/changed-files.ts";
import type { Finding } from "../../policies/finding.ts";
import { nameFiles } from "../../policies/name-files.ts";
import { judge } from "../../policies/policies.ts";
import { dirtyDatabase } from "../dirty-database.ts";
import { openSteps } from "./open-steps.ts";

/** What is known before the first step. */
export interface Prepared {
	readonly state: AppliedState;
	readonly migrations: readonly Migration[];
	/** How many of the steps asked for do not exist. */
	readonly missingSteps: number;
	readonly findings: readonly Finding[];
	/** Why nothing may be run. It is thrown only when the lock is held, since another process may be at work before that. */
	readonly refusal?: MigrateError | undefined;
}

/** What an operation is to do, worked out from where the database is. */
export interface Preparation {
	prepare(waiting?: LockOptions): Promise<Prepared>;
	/**
	 * Prepares once more after the lock was given back in the midst. What is to be done only ever gets less.
	 *
	 * @param left What was prepared before, and was not done since.
	 */
	goOn(left: readonly Migration[]): Promise<Prepared>;
	/** What only somebody who holds the lock has to know, and what takes longer to find out. */
	examine(prepared: Prepared): Promise<Prepared>;
}

/** @throws MigrateError `ERR_DIRTY`, or why nothing may be run. */
export function runnable(prepared: Prepared): Prepared {
	if (prepared.state.found.dirty) throw dirtyDatabase(prepared.state);
	if (prepared.refusal !== undefined) throw prepared.refusal;
	return prepared;
}

/** The way to a goal, through the migrations of a source. */
export function preparedWay(source: Source, driver: Driver, wanted: Goal, options: MigrateOptions): Preparation {
	async function prepared(
		waiting: LockOptions | undefined,
		planned: (statuses: readonly VersionStatus[]) => Plan,
	): Promise<Prepared> {
		const whole = (at: Version): boolean => mayRevert(wanted, at);
		const state = await readAppliedState({ driver, versions: await source.versions(), whole, waiting });
		if (wanted.kind !== "version" && wanted.limit === 0) return looked(source, state, wanted, options);
		// What a migration has left half done is said first.
		if (state.found.dirty) return { state, migrations: [], missingSteps: 0, findings: [] };
		const { statuses, findings, refusal } = await judge(source, state, wanted, options);
		if (isMigrateError(refusal, "ERR_VERSION_NOT_FOUND")) throw refusal;
		if (refusal !== undefined) return { state, migrations: [], missingSteps: 0, findings, refusal };
		const { steps, missingSteps } = planned(statuses);
		const unknown = await unknownOnTheWay(source, state, steps);
		if (unknown !== undefined) return { state, migrations: [], missingSteps: 0, findings, refusal: unknown };
		return { state, migrations: await openSteps(source, steps, options.missingDown), missingSteps, findings };
	}

	return {
		prepare: (waiting) => prepared(waiting, (statuses) => plan(statuses, wanted)),
		goOn: (left) => prepared(undefined, (statuses) => ({ steps: stepsLeft(statuses, left), missingSteps: 0 })),
		async examine(prepared) {
			const { history } = driver;
			const goesUp = prepared.migrations.some(({ direction }) => direction === "up");
			if (!goesUp || history === undefined || !prepared.state.begun) return prepared;
			const state = await readAppliedState({ driver, versions: prepared.state.versions, whole: true });
			// What is reverted first may have been edited: this is why somebody does it.
			const reverted = new Set(prepared.migrations.filter(goesDown).map(({ version }) => version));
			const changed = await changedFiles(source, history, state);
			const kept = changed.filter(({ version }) => !reverted.has(version));
			const accepted = withAccepted(prepared, kept);
			const finding = await changedFinding(source, kept);
			if (finding === undefined) return accepted;
			if (options.changed === "warn") return { ...accepted, findings: [...prepared.findings, finding] };
			const refusal = new MigrateError("ERR_CHANGED", finding.message, { versions: finding.versions });
			return { ...prepared, refusal };
		},
	};
}

function mayRevert(goal: Goal, at: Version): boolean {
	return goal.kind === "version" ? goal.version < at : goal.kind !== "up";
}

/** What a person accepted in the seal, this database has to know before anything else is written. */
function withAccepted(prepared: Prepared, changed: readonly ChangedFile[]): Prepared {
	const { state } = prepared;
	const target = state.found.version;
	const events = changed
		.filter(({ change }) => change === "accepted")
		.map(({ version }): DueEvent => ({ op: "accept", version, target, note: SEAL_NAME }));
	return events.length === 0 ? prepared : { ...prepared, state: { ...state, due: [...state.due, ...events] } };
}

function goesDown({ direction }: MigrationStep): boolean {
	return direction === "down";
}

/** No steps are wanted: nothing is written, and nothing is in the way. */
async function looked(source: Source, state: AppliedState, goal: Goal, options: MigrateOptions): Promise<Prepared> {
	const { refusal } = state.found.dirty ? {} : await judge(source, state, goal, options);
	if (refusal !== undefined && !isMigrateError(refusal, "ERR_OUT_OF_ORDER")) throw refusal;
	return { state: { ...state, due: [] }, migrations: [], missingSteps: 0, findings: [] };
}

/** Migrations that the caller has brought, whatever is applied. */
export function preparedMigrations(source: Source, driver: Driver, migrations: readonly Migration[]): Preparation {
	async function prepared(left: readonly Migration[], waiting?: LockOptions): Promise<Prepared> {
		// Only a history has to know what the source has besides.
		const versions = driver.history === undefined ? [] : await source.versions();
		const state = await readAppliedState({ driver, versions, whole: false, waiting });
		return { state, migrations: left, missingSteps: 0, findings: [] };
	}
	return {
		prepare: (waiting) => prepared(migrations, waiting),
		goOn: (left) => prepared(left),
		examine: async (prepared) => prepared,
	};
}

/** To revert what is above a migration of which nobody knows whether it is applied would leave it there, or not. */
async function unknownOnTheWay(
	source: Source,
	{ known, versions }: AppliedState,
	steps: readonly MigrationStep[],
): Promise<MigrateError<"ERR_HISTORY_UNKNOWN"> | undefined> {
	const end = steps.findLast(goesDown)?.target;
	if (end === undefined) return undefined;
	const unknown = versions.filter((version) => version > end && known.of(version).state === "unknown");
	if (unknown.length === 0) return undefined;
	const files = await nameFiles(source, unknown);
	const message = `the way down passes ${files}; another tool was at work, and whether it has applied this is not known; look at the schema, and say so with repair -adopt or repair -pending`;
	return new MigrateError("ERR_HISTORY_UNKNOWN", message, { versions: unknown });
}
