import type { MigrationBody } from "../../body/migration-body.ts";
import { cleanUpAfter } from "../../clean-up-after.ts";
import type { Driver } from "../../driver/driver.ts";
import { isMigrateError } from "../../migrate-error.ts";
import type { Migration, MigrationReport } from "../../migration.ts";
import { createTrace } from "../../trace.ts";
import { NIL_VERSION } from "../../version.ts";

const trace = createTrace("godwit:migrate");

/** What was there may have been something that the file itself has made before, where the database does not tell. */
const FOUND =
	"something that this migration makes was there already: if the database has all that the migrations up to a version V make,";

/**
 * Returns what to do where the first migration of a database without a version failed because what it makes is there already;
 * `undefined` where that is not why. Runs nothing.
 *
 * @param before What had succeeded before it, also what was rolled back with it.
 */
export async function baselineAdvice(
	driver: Driver,
	migration: Migration,
	cause: unknown,
	{ from, applied }: Pick<MigrationReport, "from" | "applied">,
): Promise<string | undefined> {
	const isFirst = migration.direction === "up" && from === NIL_VERSION && applied.length === 0;
	if (!isFirst || !(await isMadeAlready(driver, migration, cause))) return undefined;
	return driver.scratch === undefined
		? `${FOUND} "godwit baseline V -force" records that version, compares nothing and runs nothing`
		: `${FOUND} "godwit baseline V" compares the two, records that version and runs nothing`;
}

/**
 * The database says so, or the file fails whatever rows there are, and on an empty one it does not. False where the driver cannot
 * tell, and for a file that is not read at once.
 */
async function isMadeAlready(driver: Driver, { file }: Migration, cause: unknown): Promise<boolean> {
	if (file === undefined || !isMigrateError(cause, "ERR_SQL")) return false;
	try {
		// In an empty database the file itself has made it before.
		if (cause.details.exists) return ((await driver.structure?.()) ?? []).length > 0;
		// An analysis would hold all of a large one.
		if (file.body.whole?.() === undefined) return false;
		return (await fails(driver, file.body)) && !(await failsOnEmpty(driver, file.body));
	} catch (error) {
		// It is for the advice alone, and the migration's own failure is what is told.
		trace("whether the database has what the migration makes cannot be told: %s", error);
		return false;
	}
}

async function fails(driver: Driver, body: MigrationBody): Promise<boolean> {
	const analysis = await driver.analyse?.([body]);
	return analysis?.files[0]?.fails ?? false;
}

async function failsOnEmpty({ scratch }: Driver, body: MigrationBody): Promise<boolean> {
	if (scratch === undefined) return true;
	const empty = await scratch();
	let failed: boolean;
	try {
		failed = await fails(empty, body);
	} catch (error) {
		throw await cleanUpAfter(error, () => empty.close());
	}
	await empty.close();
	return failed;
}
