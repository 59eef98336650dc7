import type { Driver } from "../../driver/driver.ts";
import type { FoundVersion } from "../../driver/version-state.ts";
import { type AppliedState, settledVersions } from "../../history/applied-state.ts";
import { createRecorder, type Recorder } from "../../history/recorder.ts";
import { isMigrateError, type MigrateError } from "../../migrate-error.ts";
import type { Migration, MigrationReport } from "../../migration.ts";
import type { Source } from "../../source/source.ts";
import { createTrace } from "../../trace.ts";
import type { Version } from "../../version.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { Finding } from "../policies/finding.ts";
import { nameFiles } from "../policies/name-files.ts";
import { newToken } from "../token.ts";
import { type BackupFirst, backUpFirst } from "./back-up-first.ts";
import type { CallerCalls } from "./calls/caller-calls.ts";
import { recordOnce } from "./change-once.ts";
import { migrationFailed } from "./migration-failure.ts";
import { type LockAgain, underLock, waitingOf } from "./migration-lock.ts";
import { goesOn, type UnderWay } from "./ordered-bodies.ts";
import { type Preparation, type Prepared, preparedMigrations, runnable } from "./preparation/prepare.ts";
import { betweenRounds, editedFinding, roundsBefore } from "./rounds/between-rounds.ts";
import { runMigrations } from "./run-migrations.ts";

const trace = createTrace("godwit:migrate");

export interface CarryOut {
	readonly driver: Driver;
	/** Where the history finds the files that do not run. */
	readonly source: Source;
	readonly options: MigrateOptions;
	readonly preparation: Preparation;
	readonly calls: CallerCalls;
}

/** An operation under the lock. */
type Locked = CarryOut & BackupFirst;

/**
 * Carries out an operation. It is prepared without the lock, since nothing to do must cost a read alone, and again under
 * it when another process was at work meanwhile.
 */
export async function carryOut(operation: CarryOut): Promise<MigrationReport> {
	const { driver, options, preparation } = operation;
	const seen = await preparation.prepare(waitingOf(options));
	const { state, migrations, missingSteps, findings, refusal } = seen;
	const { version, dirty } = state.found;
	// A dirty flag seen without the lock may be a migration that is running right now.
	const settled = !dirty && refusal === undefined;
	if (settled) {
		const stopped = options.signal?.aborted ?? false;
		if ((migrations.length === 0 && state.due.length === 0) || stopped) {
			trace("nothing to run at version %s", version);
			tell(findings, options);
			return report(version, missingSteps, stopped && migrations.length > 0);
		}
	}
	// The lock makes the database.
	const missing = options.backup ? await driver.missingFile?.() : undefined;
	let locked = false;
	const work = (lockAgain: LockAgain): Promise<MigrationReport> => {
		locked = true;
		return runUnderLock({ ...operation, missing }, seen, lockAgain);
	};
	try {
		return await underLock(driver, options, work, () => report(version, 0, true));
	} catch (error) {
		// To adopt is all there was to do, and it must not keep an app from starting on a database that it can only read.
		if (locked || !settled || migrations.length > 0 || !isMigrateError(error, "ERR_DATABASE")) throw error;
		tell([...findings, await notAdopted(operation.source, state, error)], options);
		return report(version, missingSteps, false);
	}
}

/** @param before What was prepared before the lock was taken. */
async function runUnderLock(operation: Locked, before: Prepared, lockAgain: LockAgain): Promise<MigrationReport> {
	const { driver, options } = operation;
	let left: readonly Migration[] | undefined;
	let progress: MigrationReport | undefined;
	let waitedFor: string | undefined;
	let underWay: UnderWay | undefined;
	for (;;) {
		const prepared = await (left === undefined ? preparedUnderLock(operation, before) : preparedAgain(operation, left));
		const { state, migrations, missingSteps } = prepared;
		const { version } = state.found;
		if (progress === undefined) {
			tell(prepared.findings, options);
			if (migrations.length > 0) {
				await rehearseFirst(operation, migrations);
				await backUpFirst(operation, state, migrations);
			}
		}
		const recorder = await recordDue(operation, state);
		trace("%d migrations from version %s", migrations.length, version);
		const start: MigrationReport =
			progress === undefined ? report(version, missingSteps, false) : { ...progress, to: version };
		const [next] = migrations;
		const rounds = next && roundsBefore(next, state, underWay);
		const edited = next && rounds && (await editedFinding(driver, options, next, rounds));
		if (edited !== undefined) tell([edited], options);
		const {
			report: made,
			startOver,
			round,
		} = await runMigrations(driver, migrations, start, { ...options, recorder, underWay, calls: operation.calls });
		left = migrations.slice(made.applied.length - start.applied.length);
		if (round !== undefined) {
			const { migration, rows, text, durationMs } = round;
			const first = goesOn(migration, underWay) ? underWay.began : round.began;
			underWay = { version: migration.version, direction: migration.direction, rows, text, began: first };
			options.onEvent?.({ type: "round", migration, rows, durationMs });
			if (!(await betweenRounds(durationMs, lockAgain, options))) return stoppedIn(made, migration, rows);
			progress = made;
			continue;
		}
		if (startOver === undefined) {
			return made.stopped && next && goesOn(next, underWay) ? stoppedIn(made, next, underWay.rows) : made;
		}
		const { migration, failure } = startOver;
		const reason = String(failure.cause);
		try {
			// It would be waited for under the lock that it is waited for without.
			if (reason === waitedFor) throw failure.cause;
			waitedFor = reason;
			await lockAgain();
		} catch (cause) {
			const { signal } = options;
			if (signal?.aborted && cause === signal.reason) return { ...made, stopped: true };
			throw await migrationFailed(driver, migration, { ...failure, cause }, made);
		}
		progress = made;
	}
}

/** The signal came between two rounds. */
function stoppedIn(made: MigrationReport, { version, direction, file }: Migration, rows: number): MigrationReport {
	const underWay = { version, direction, identifier: file?.identifier ?? "<empty>", rows };
	return { ...made, stopped: true, underWay };
}

async function preparedUnderLock({ driver, preparation }: CarryOut, seen: Prepared): Promise<Prepared> {
	const stays = sameFound(await driver.version(), seen.state.found);
	const prepared = runnable(stays ? seen : await preparation.prepare());
	return runnable(await preparation.examine(prepared));
}

/** After the lock was given back in the midst. */
async function preparedAgain({ preparation }: CarryOut, left: readonly Migration[]): Promise<Prepared> {
	return runnable(await preparation.goOn(left));
}

function sameFound(a: FoundVersion, b: FoundVersion): boolean {
	if (a.version !== b.version || a.dirty !== b.dirty || a.head?.stamp !== b.head?.stamp) return false;
	return a.head?.last?.stamp === b.head?.last?.stamp && a.head?.last?.digest === b.head?.last?.digest;
}

/** Records what another tool has done, before anything else is added to the history. */
async function recordDue({ driver, source }: CarryOut, state: AppliedState): Promise<Recorder | undefined> {
	const { history } = driver;
	if (history === undefined || state.history === "none") return undefined;
	const recorder = await createRecorder({
		history,
		source,
		settled: settledVersions(state),
		known: state.known,
	});
	if (state.due.length === 0) return recorder;
	const { version, dirty } = state.found;
	const events = await recorder.due(state.due);
	await recordOnce(driver, { version, dirty, from: { version, dirty }, token: newToken(), events: () => events });
	return recorder;
}

/** What another tool did counts all the same: it is worked out anew each time. */
async function notAdopted(source: Source, { due }: AppliedState, error: MigrateError): Promise<Finding> {
	const versions = due.filter(({ op }) => op === "adopt").map(({ version }) => version);
	const what =
		versions.length === 0
			? "another tool was at work"
			: `another tool has probably applied ${await nameFiles(source, versions)}`;
	const message = `${what}; this cannot be recorded, and the next up that can write to the database records it: ${error.message}`;
	return { kind: "adopted", level: "warning", versions, message };
}

/** @throws MigrateError `ERR_REHEARSAL`. */
async function rehearseFirst(operation: CarryOut, migrations: readonly Migration[]): Promise<void> {
	const { source, options } = operation;
	const { rehearse: wanted = false, onEvent } = options;
	if (wanted === false) return;
	const [{ rehearse }, { notClean }] = await Promise.all([
		import("../rehearse/rehearse.ts"),
		import("../rehearse/not-clean.ts"),
	]);
	const way = (driver: Driver): Preparation => preparedMigrations(source, driver, migrations);
	const report = await rehearse(operation, way, wanted === true ? {} : wanted);
	onEvent?.({ type: "rehearsal", report });
	if (!report.clean) throw notClean(report);
}

function tell(findings: readonly Finding[], { onEvent }: MigrateOptions): void {
	for (const finding of findings) onEvent?.({ type: "finding", finding });
}

function report(at: Version, missingSteps: number, stopped: boolean): MigrationReport {
	return { from: at, to: at, applied: [], missingSteps, stopped };
}
