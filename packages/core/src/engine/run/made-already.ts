import type { MigrationBody } from "../../body/migration-body.ts";
import { cleanUpAfter } from "../../clean-up-after.ts";
import type { Driver } from "../../driver/driver.ts";
import { isMigrateError } from "../../migrate-error.ts";
import type { Migration, MigrationReport } from "../../migration.ts";
import { createTrace } from "../../trace.ts";
import { NIL_VERSION } from "../../version.ts";

const trace = createTrace("godwit:migrate");

/**
 * Returns whether the first migration of a database without a version failed because what it makes is there already: as the database
 * is, the file fails whatever rows there are, and on an empty one it does not. Runs nothing. False where the driver cannot tell, and for a file that is not read at once.
 *
 * @param before What had succeeded before it, also what was rolled back with it.
 */
export async function madeAlready(
	driver: Driver,
	{ direction, file }: Migration,
	cause: unknown,
	{ from, applied }: Pick<MigrationReport, "from" | "applied">,
): Promise<boolean> {
	const isFirst = direction === "up" && from === NIL_VERSION && applied.length === 0;
	if (!isFirst || file === undefined || !isMigrateError(cause, "ERR_SQL")) return false;
	try {
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
