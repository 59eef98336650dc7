import type { Driver } from "../../driver/driver.ts";
import type { FileEffects } from "../../effects/effects.ts";
import type { Migration } from "../../migration.ts";
import { assertMigrations } from "../../source/assert-migrations.ts";
import type { Source } from "../../source/source.ts";
import type { Version } from "../../version.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { Goal } from "../plan.ts";
import type { Finding } from "../policies/finding.ts";
import { dirtyDatabase } from "../run/dirty-database.ts";
import { waitingOf } from "../run/migration-lock.ts";
import { preparedWay } from "../run/preparation/prepare.ts";
import { mayRunInRounds } from "../run/rounds/may-run-in-rounds.ts";

/** A migration that would run. */
export interface PlannedMigration extends Migration {
	/**
	 * What its file would do. Missing where there is no file, after a migration that fails, and for a driver that cannot tell.
	 */
	readonly effects?: FileEffects | undefined;
}

/** What an operation would do. */
export interface MigrationPlan {
	/** The version that the database is at. */
	readonly from: Version;
	/** In the order in which they would run. */
	readonly migrations: readonly PlannedMigration[];
	/** How many of the steps asked for do not exist. */
	readonly missingSteps: number;
	/** Where source and database differ; what would be refused is an error instead. */
	readonly findings: readonly Finding[];
	/** What could not be looked at to tell the effects, each in a sentence. */
	readonly gaps: readonly string[];
}

/** Works out what would run, without the lock. Reads only. @throws MigrateError as `Migrate.plan`. */
export async function readPlan(
	source: Source,
	driver: Driver,
	goal: Goal,
	options: MigrateOptions,
): Promise<MigrationPlan> {
	await assertMigrations(source);
	const preparation = preparedWay(source, driver, goal, options);
	const { state, migrations, missingSteps, findings, refusal } = await preparation.prepare(waitingOf(options));
	if (state.found.dirty) throw dirtyDatabase(state);
	if (refusal !== undefined) throw refusal;
	return { from: state.found.version, missingSteps, findings, ...(await withEffects(driver, migrations, options)) };
}

/** Adds what each file would do, where the driver can tell. */
export async function withEffects(
	driver: Driver,
	migrations: readonly Migration[],
	options: MigrateOptions,
): Promise<Pick<MigrationPlan, "migrations" | "gaps">> {
	const bodies = migrations.flatMap(({ file }) => (file === undefined ? [] : [file.body]));
	if (driver.analyse === undefined || bodies.length === 0) return { migrations, gaps: [] };
	const whole = migrations.flatMap((migration) =>
		migration.file === undefined || mayRunInRounds(driver, migration) ? [] : [migration.file.body],
	);
	const { files, gaps } = await driver.analyse(bodies, { ...waitingOf(options), rows: true, whole });
	const effects = new Map(bodies.map((body, index) => [body, files[index]]));
	return {
		migrations: migrations.map((migration) => {
			const ofFile = migration.file && effects.get(migration.file.body);
			return { ...migration, effects: ofFile && (mayRunInRounds(driver, migration) ? ofFile : inOne(ofFile)) };
		}),
		gaps,
	};
}

/** What asks for rounds and gets none runs whole. */
function inOne(effects: FileEffects): FileEffects {
	return effects.rounds ? { ...effects, rounds: false, transaction: true } : effects;
}
