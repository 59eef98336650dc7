import type { Driver } from "../driver/driver.ts";
import { assertMigrations } from "../source/assert-migrations.ts";
import type { Source } from "../source/source.ts";
import { NIL_VERSION, type Version } from "../version.ts";
import type { CheckFinding } from "./check-finding.ts";
import { assertTellsSchema, checkSchema, type ExpectedSchema, schemaNotReached } from "./check-schema.ts";
import { checkSeal } from "./check-seal.ts";
import { checkVersion } from "./check-version.ts";
import { TrialDatabase } from "./trial-database.ts";

/** What a check has found. */
export interface CheckReport {
	/** Of the source, ascending. */
	readonly versions: readonly Version[];
	/** The first one that could not be reached; it and all above it were not tried. */
	readonly stoppedAt: Version | undefined;
	/** Whether there is a seal beside the files. */
	readonly sealed: boolean;
	/** In the order of versions; of the seal first, of the schema last. */
	readonly findings: readonly CheckFinding[];
}

export interface CheckOptions {
	/**
	 * What the database is to consist of after the last version; otherwise that is not compared. Each line that differs is a finding of the
	 * rule `schema`, and so is an empty database, and a version that stops the check.
	 */
	readonly schema?: ExpectedSchema | undefined;
}

/**
 * Checks migrations without a database: the seal beside the files, and on an empty database in memory every version up, down and
 * up again, compared part by part, with the rules of the driver asked of every file.
 *
 * @param driver Of the kind of database that the migrations are for; its own database is not touched.
 * @throws MigrateError `ERR_NO_MIGRATIONS`; `ERR_UNSUPPORTED` for a driver without `scratch` and `structure`, and before
 *   anything runs for `options.schema` and a driver without `schema`; `ERR_SEAL`, `ERR_SOURCE`.
 */
export async function check(source: Source, driver: Driver, options: CheckOptions = {}): Promise<CheckReport> {
	const { schema } = options;
	if (schema !== undefined) assertTellsSchema(driver);
	await assertMigrations(source);
	const versions = await source.versions();
	const seal = await checkSeal(source);
	const findings: CheckFinding[] = [...(seal ?? [])];
	let stoppedAt: Version | undefined;
	await using database = await TrialDatabase.open(source, driver);
	for (const version of versions) {
		const checked = await checkVersion(source, database, version);
		findings.push(...checked.findings);
		if (checked.reached) continue;
		stoppedAt = version;
		break;
	}
	if (schema !== undefined) {
		const last = versions.at(-1) ?? NIL_VERSION;
		if (stoppedAt === undefined) findings.push(...(await checkSchema(source, driver, schema, last)));
		else findings.push(schemaNotReached(schema, stoppedAt));
	}
	return { versions, stoppedAt, sealed: seal !== undefined, findings };
}
