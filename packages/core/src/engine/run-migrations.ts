import createDebug from "debug";
import { type BodyReadAhead, readAhead } from "../body/read-ahead.ts";
import { cleanUpAfter } from "../clean-up-after.ts";
import type { Driver, VersionState } from "../driver/driver.ts";
import { isMigrateError, MigrateError, suppress } from "../migrate-error.ts";
import type { AppliedMigration, Migration, MigrationReport } from "../migration.ts";
import { NIL_VERSION, type Version } from "../version.ts";
import { eventLoopTurn } from "./event-loop-turn.ts";
import type { MigrateOptions } from "./migrate.ts";
import { type MigrationFailure, runMigration } from "./run-migration.ts";

const debug = createDebug("godwit:run");

const DEFAULT_PREFETCH = 10;

/**
 * Makes the steps of a plan, under the lock. Go: Migrate.runMigrations.
 *
 * @param start The report of an operation that has done nothing yet.
 * @throws MigrateError `ERR_MIGRATION_FAILED`, whose report keeps what had succeeded.
 */
export async function runMigrations(
	driver: Driver,
	migrations: readonly Migration[],
	start: MigrationReport,
	options: MigrateOptions,
): Promise<MigrationReport> {
	if (options.transaction !== "all") return runEach(driver, migrations, start, options);
	if (driver.transaction === undefined) {
		const message = 'transaction: "all" needs a driver that can make one transaction of several migrations';
		throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "transaction" });
	}
	const stop = new Error("the operation was stopped");
	let last: Migration | undefined;
	try {
		return await driver.transaction(async () => {
			const report = await runEach(driver, migrations, start, options);
			if (report.stopped) throw stop;
			last = migrations.at(-1);
			return report;
		});
	} catch (error) {
		if (error === stop) return { ...start, stopped: true };
		// All bodies had run: it is the commit that failed.
		if (last !== undefined) throw await migrationFailed(driver, last, { cause: error, dirty: false }, start);
		throw error;
	}
}

async function runEach(
	driver: Driver,
	migrations: readonly Migration[],
	start: MigrationReport,
	{ prefetch = DEFAULT_PREFETCH, signal, onEvent, transaction = "each" }: MigrateOptions,
): Promise<MigrationReport> {
	const count = migrations.length;
	const applied: AppliedMigration[] = [];
	const ahead = new Map<number, BodyReadAhead>();
	const report = (stopped: boolean): MigrationReport => ({
		...start,
		to: applied.at(-1)?.target ?? start.to,
		applied,
		stopped,
	});
	async function closeAll(): Promise<void> {
		const ends = await Promise.allSettled(Array.from(ahead.values(), ({ close }) => close()));
		for (const end of ends) if (end.status === "rejected") throw end.reason;
	}
	let scheduled = 0;
	try {
		for (const [index, migration] of migrations.entries()) {
			if (signal !== undefined && index > 0) await eventLoopTurn();
			if (signal?.aborted) break;
			for (; scheduled < count && scheduled <= index + prefetch; scheduled++) {
				const next = migrations[scheduled];
				if (next?.file === undefined) continue;
				const onProgress = onEvent && ((bytes: number): void => onEvent({ type: "progress", migration: next, bytes }));
				ahead.set(scheduled, readAhead(next.file.body, onProgress));
			}
			onEvent?.({ type: "start", migration, index, count });
			const began = performance.now();
			const failed = await runMigration(driver, migration, ahead.get(index)?.body, transaction);
			if (failed !== undefined) {
				if (transaction === "each") throw await migrationFailed(driver, migration, failed, report(false));
				// What the surrounding transaction had done is rolled back with it.
				throw migrationError(migration, failed.cause, start, { version: start.to, dirty: false });
			}
			await ahead.get(index)?.close();
			ahead.delete(index);
			const { version, direction, target, file } = migration;
			const durationMs = performance.now() - began;
			applied.push({ version, direction, target, identifier: file?.identifier ?? "<empty>", durationMs });
			debug("%s %s took %d ms", direction, version, durationMs);
			onEvent?.({ type: "end", migration: applied[index] as AppliedMigration, index, count });
		}
	} catch (error) {
		throw await cleanUpAfter(error, closeAll);
	}
	await closeAll();
	return report(applied.length < count);
}

/** Asks the database where it is: when its disk failed in the midst of a commit, that may have happened or not. */
async function migrationFailed(
	driver: Driver,
	migration: Migration,
	{ cause, dirty }: MigrationFailure,
	report: MigrationReport,
): Promise<MigrateError<"ERR_MIGRATION_FAILED">> {
	try {
		return migrationError(migration, cause, report, await driver.version());
	} catch (error) {
		const known = dirty ? { version: migration.target, dirty } : undefined;
		return migrationError(migration, suppress(cause, error), report, known);
	}
}

/** @param found What the database says of itself after the failure; `undefined` when it does not answer. */
function migrationError(
	{ version, direction, target, file }: Migration,
	cause: unknown,
	report: MigrationReport,
	found: VersionState | undefined,
): MigrateError<"ERR_MIGRATION_FAILED"> {
	const location = file?.location ?? `${version}/${direction}`;
	const details = isMigrateError(cause) ? (cause.details as { line?: number; column?: number } | undefined) : undefined;
	const place = details?.line === undefined ? "" : `:${details.line}:${details.column ?? 1}`;
	const reason = cause instanceof Error ? cause.message : String(cause);
	const dirty = found?.dirty ?? false;
	const to = found === undefined || dirty ? report.to : found.version;
	return new MigrateError(
		"ERR_MIGRATION_FAILED",
		`${location}${place}: ${reason}\n${describeState(report.to, target, found)}`,
		{ version, direction, location, dirty, report: { ...report, to } },
		{ cause },
	);
}

function describeState(before: Version, target: Version, found: VersionState | undefined): string {
	if (found === undefined) {
		return "whether it was rolled back cannot be read; look at the version of the database before you go on";
	}
	const { version, dirty } = found;
	if (dirty) {
		return `the database is dirty at version ${version}: repair the schema by hand, then record the version that it is at with force`;
	}
	const place = version === NIL_VERSION ? "without any migration" : `at version ${version}`;
	if (version === before) return `rolled back; the database is ${place} and not dirty`;
	if (version === target) return `all the same the database is ${place} and not dirty`;
	return `meanwhile another process has been at work: the database is ${place} and not dirty`;
}
