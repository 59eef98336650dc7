import createDebug from "debug";
import { cleanUpAfter } from "./clean-up-after.ts";
import type { Driver } from "./driver.ts";
import { eventLoopTurn } from "./event-loop-turn.ts";
import type { MigrateOptions } from "./migrate.ts";
import { isMigrateError, MigrateError } from "./migrate-error.ts";
import type { AppliedMigration, Migration, MigrationReport } from "./migration.ts";
import { type BodyReadAhead, readAhead } from "./read-ahead.ts";
import { runMigration } from "./run-migration.ts";
import { NIL_VERSION } from "./version.ts";

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
	const stop = Symbol("stop");
	try {
		return await driver.transaction(async () => {
			const report = await runEach(driver, migrations, start, options);
			if (report.stopped) throw stop;
			return report;
		});
	} catch (error) {
		if (error === stop) return { ...start, stopped: true };
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
		for (const { close } of ahead.values()) await close();
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
				// What a surrounding transaction had done is rolled back with it.
				throw migrationFailed(migration, failed, transaction === "all" ? start : report(false));
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

function migrationFailed(
	{ version, direction, target, file }: Migration,
	{ cause, dirty }: { readonly cause: unknown; readonly dirty: boolean },
	report: MigrationReport,
): MigrateError<"ERR_MIGRATION_FAILED"> {
	const location = file?.location ?? `${version}/${direction}`;
	const details = isMigrateError(cause) ? (cause.details as { line?: number; column?: number } | undefined) : undefined;
	const place = details?.line === undefined ? "" : `:${details.line}:${details.column ?? 1}`;
	const reason = cause instanceof Error ? cause.message : String(cause);
	const state = dirty
		? `the database is dirty at version ${target}: repair the schema by hand, then record the version that it is at with force`
		: `rolled back; the database is ${report.to === NIL_VERSION ? "without any migration" : `at version ${report.to}`} and not dirty`;
	return new MigrateError(
		"ERR_MIGRATION_FAILED",
		`${location}${place}: ${reason}\n${state}`,
		{ version, direction, location, dirty, report },
		{ cause },
	);
}
