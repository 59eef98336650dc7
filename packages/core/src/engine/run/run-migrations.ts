import type { Driver } from "../../driver/driver.ts";
import type { HistoryEvent } from "../../history/history-event.ts";
import type { Recorder } from "../../history/recorder.ts";
import { isMigrateError, MigrateError } from "../../migrate-error.ts";
import type { AppliedMigration, Migration, MigrationReport } from "../../migration.ts";
import { newToken } from "../token.ts";
import { changeOnce, UnknownOutcome } from "./change-once.ts";
import {
	adviceAbout,
	type MigrationFailure,
	migrationError,
	migrationFailed,
	outcomeUnknown,
} from "./migration-failure.ts";
import { goesOn, type OrderOptions, runInOrder } from "./ordered-bodies.ts";
import { runMigration } from "./run-migration.ts";

/** How far a run came. */
export interface RunProgress {
	readonly report: MigrationReport;
	/** The migration that can go on when the lock was given back and taken again, see `ERR_START_OVER`. */
	readonly startOver?: { readonly migration: Migration; readonly failure: MigrationFailure };
	/** The migration of which one round was made. It goes on when the lock was given back and taken again. */
	readonly round?: RoundDone;
}

export interface RoundDone {
	readonly migration: Migration;
	/** How many rows all rounds of the migration have changed. */
	readonly rows: number;
	/** As `UnderWay.text`. */
	readonly text: string | undefined;
	/** When it began, in the time of `performance.now()`. */
	readonly began: number;
	/** How long it took by itself. */
	readonly durationMs: number;
}

export interface RunOptions extends OrderOptions {
	/** Missing for a driver that keeps no history. */
	readonly recorder: Recorder | undefined;
}

/**
 * Makes the steps of a plan, under the lock. Go: Migrate.runMigrations.
 *
 * @param start The report of what the operation has done before; its `to` is where the database is.
 * @throws MigrateError `ERR_MIGRATION_FAILED`, whose report keeps what had succeeded; `ERR_OUTCOME_UNKNOWN`.
 */
export async function runMigrations(
	driver: Driver,
	migrations: readonly Migration[],
	start: MigrationReport,
	options: RunOptions,
): Promise<RunProgress> {
	return options.transaction === "all"
		? runTogether(driver, migrations, start, options)
		: runEach(driver, migrations, start, options);
}

async function runEach(
	driver: Driver,
	migrations: readonly Migration[],
	start: MigrationReport,
	options: RunOptions,
): Promise<RunProgress> {
	const applied = [...start.applied];
	let at = start.to;
	let startOver: RunProgress["startOver"];
	let round: RunProgress["round"];
	const report = (stopped: boolean): MigrationReport => ({ ...start, to: at, applied, stopped });
	const complete = await runInOrder(migrations, options, {
		async run({ migration, index, body }) {
			const from = { version: at, dirty: false };
			const began = performance.now();
			const before = goesOn(migration, options.underWay) ? options.underWay : undefined;
			const record = (await options.recorder?.migration(migration, body, at, before?.began)) ?? { body };
			const rowsBefore = before?.rows ?? 0;
			const last = index === migrations.length - 1;
			const failure = await runMigration(driver, migration, record, { from, last, rowsBefore });
			if (failure === undefined) return true;
			if ("rows" in failure) {
				const durationMs = performance.now() - began;
				round = {
					migration,
					rows: failure.rows,
					text: "text" in record ? record.text?.() : undefined,
					began,
					durationMs,
				};
				return false;
			}
			if (failure.dirty || !isMigrateError(failure.cause, "ERR_START_OVER")) {
				const rows = ("rowsBefore" in record ? record.rowsBefore?.() : undefined) ?? rowsBefore;
				throw await migrationFailed(driver, migration, { ...failure, rowsBefore: rows }, report(false));
			}
			startOver = { migration, failure };
			return false;
		},
		ended(done, index) {
			at = done.target;
			applied.push(done);
			options.onEvent?.({ type: "end", migration: done, index, count: migrations.length });
		},
	});
	if (startOver !== undefined) return { report: report(false), startOver };
	if (round !== undefined) return { report: report(false), round };
	return { report: report(!complete) };
}

/** All in one transaction: what fails takes the others back with it, and nothing has ended before the commit. */
async function runTogether(
	driver: Driver,
	migrations: readonly Migration[],
	start: MigrationReport,
	options: RunOptions,
): Promise<RunProgress> {
	const last = migrations.at(-1);
	if (last === undefined) return { report: start };
	if (driver.transaction === undefined) {
		const message = 'transaction: "all" needs a driver that can make one transaction of several migrations';
		throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "transaction" });
	}
	const from = { version: start.to, dirty: false };
	const token = newToken();
	const stop = new Error("the operation was stopped");
	let applied: AppliedMigration[] = [];
	let running: Migration | undefined;
	let events: HistoryEvent[] = [];
	const change = { version: last.target, dirty: false, from, token, events: options.recorder && (() => events) };
	async function runAll(): Promise<void> {
		applied = [];
		events = [];
		running = undefined;
		await driver.transaction?.(change, async ({ run }) => {
			const complete = await runInOrder(migrations, options, {
				async run({ migration, body: read }) {
					running = migration;
					const { body, ended } = (await options.recorder?.migration(migration, read, from.version)) ?? { body: read };
					if (body !== undefined && (await run(body)) === "declined") throw cannotRunTogether(migration);
					events.push(...(ended?.() ?? []));
					running = undefined;
					return true;
				},
				ended: (done) => void applied.push(done),
			});
			if (!complete) throw stop;
		});
	}
	try {
		await changeOnce(driver, token, runAll);
	} catch (cause) {
		if (cause === stop) return { report: { ...start, stopped: true } };
		if (cause instanceof UnknownOutcome) throw outcomeUnknown(running ?? last, cause, false, start);
		// Outside of a migration it is the caller's `onEvent` that failed, unless all had run.
		if (running === undefined && applied.length < migrations.length) throw cause;
		const failure = { cause, dirty: false, token };
		const migration = running ?? last;
		if (isMigrateError(cause, "ERR_START_OVER")) return { report: start, startOver: { migration, failure } };
		// What the others had done is rolled back with it.
		if (running !== undefined)
			throw migrationError(migration, cause, start, {
				...from,
				committed: false,
				history: options.recorder !== undefined,
				advice: await adviceAbout(driver, running, cause, { ...start, applied: [...start.applied, ...applied] }),
			});
		throw await migrationFailed(driver, last, failure, start);
	}
	for (const [index, migration] of applied.entries()) {
		options.onEvent?.({ type: "end", migration, index, count: migrations.length });
	}
	return { report: { ...start, to: last.target, applied } };
}

function cannotRunTogether({ version }: Migration): MigrateError<"ERR_NO_TRANSACTION"> {
	const message =
		'this migration cannot run in one transaction with others, as redo and -transaction all would have it: its file has "-- godwit: until-done", and each of its rounds is a transaction, or it has "-- godwit: no-transaction", or the database URL says so for all files; commit each migration by itself with -transaction each (transaction: "each")';
	return new MigrateError("ERR_NO_TRANSACTION", message, { version });
}
