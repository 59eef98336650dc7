import type { Driver } from "../driver/driver.ts";
import type { Migration } from "../migration.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";
import type { MigrateOptions } from "./migrate-options.ts";
import type { Goal } from "./plan.ts";
import type { Finding } from "./policies/finding.ts";
import { dirtyDatabase } from "./run/dirty-database.ts";
import { waitingOf } from "./run/migration-lock.ts";
import { preparedWay } from "./run/prepare.ts";

/** What an operation would do. */
export interface MigrationPlan {
	/** The version that the database is at. */
	readonly from: Version;
	/** In the order in which they would run. */
	readonly migrations: readonly Migration[];
	/** How many of the steps asked for do not exist. */
	readonly missingSteps: number;
	/** Where source and database differ; what would be refused is an error instead. */
	readonly findings: readonly Finding[];
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
	const { state, migrations, missingSteps, findings, refusal } = await preparation.prepare(0, waitingOf(options));
	const { version, dirty } = state.found;
	if (dirty) throw dirtyDatabase(version);
	if (refusal !== undefined) throw refusal;
	return { from: version, migrations, missingSteps, findings };
}
