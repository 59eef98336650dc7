import type { Driver } from "../driver/driver.ts";
import { unsupported } from "../driver/unsupported.ts";
import { compareSchema } from "../engine/dump/compare-schema.ts";
import type { LineDifference } from "../engine/dump/line-differences.ts";
import { isError } from "../is-error.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";
import type { CheckFinding } from "./check-finding.ts";
import { TrialDatabase } from "./trial-database.ts";

/** The schema that migrations are to make, in the statements of `Migrate.dump`. */
export interface ExpectedSchema {
	/** The content of a file that `dump` has printed. Line ends and a byte order mark make no difference. */
	readonly text: string;
	/** Where a person finds it. */
	readonly location: string;
}

const MAX_SHOWN = 100;
const CURE = "write the file anew with dump if the migrations are right";

/** @throws MigrateError `ERR_UNSUPPORTED` for a driver that cannot tell. */
export function assertTellsSchema(driver: Driver): void {
	if (driver.schema === undefined) throw unsupported(driver, "schema");
}

/**
 * Runs all migrations up on another empty database, where no down has left anything, and compares what they have made.
 *
 * @param last The highest version.
 */
export async function checkSchema(
	source: Source,
	driver: Driver,
	expected: ExpectedSchema,
	last: Version,
): Promise<readonly CheckFinding[]> {
	await using database = await TrialDatabase.open(source, driver);
	const failure = await database.up(last);
	if (failure !== undefined) {
		const reason = isError(failure) ? failure.message : String(failure);
		return [different(expected, `${NOT_COMPARED} they fail where no down ran in between: ${reason}`)];
	}
	const { empty, differences } = compareSchema(await database.schema(), expected.text);
	if (empty) return [different(expected, "the migrations make nothing, which is never as in a file of a schema")];
	const findings = differences.slice(0, MAX_SHOWN).map((difference) => lineFinding(expected, difference));
	const more = differences.length - MAX_SHOWN;
	return more > 0 ? [...findings, different(expected, `${more} more lines are different; ${CURE}`)] : findings;
}

const NOT_COMPARED = "the migrations were not compared with this file, since";

/** For migrations that could not be run to the last one: a comparison that was asked for is not passed without one. */
export function schemaNotReached(expected: ExpectedSchema, stoppedAt: Version): CheckFinding {
	return different(expected, `${NOT_COMPARED} version ${stoppedAt} and those above were not tried`);
}

function lineFinding(expected: ExpectedSchema, { at, sign, text }: LineDifference): CheckFinding {
	const what =
		sign === "-" ? "the migrations do not make this line" : "before this line the migrations make another one";
	return { ...different(expected, `${what}; ${CURE}: ${text}`), line: at };
}

function different({ location }: ExpectedSchema, message: string): CheckFinding {
	return { rule: "schema", level: "error", location, message };
}
