import type { Driver } from "../../driver/driver.ts";
import { isMigrateError, MigrateError, suppress } from "../../migrate-error.ts";
import type { Migration, MigrationReport } from "../../migration.ts";
import type { MigrationFailure } from "./migration-failure.ts";

/**
 * Finds out whether a migration that failed with a lost connection was committed all the same: the answer to a commit can be
 * lost as well as the commit. The driver connects again, and the token decides.
 *
 * @param report What had succeeded before it.
 * @returns true when the migration is done and the run can go on; false when it is not done, or failed for another reason.
 * @throws MigrateError `ERR_OUTCOME_UNKNOWN` when nobody answers.
 */
export async function wasCommitted(
	driver: Driver,
	migration: Migration,
	{ cause, token, dirty }: MigrationFailure,
	report: MigrationReport,
): Promise<boolean> {
	if (!isMigrateError(cause, "ERR_CONNECTION_LOST") || driver.lastToken === undefined) return false;
	try {
		return (await driver.lastToken()) === token;
	} catch (error) {
		const { version, direction, file } = migration;
		const location = file?.location ?? `${version}/${direction}`;
		const message = `${location}: ${cause.message}\nwhether it was committed cannot be asked, since the database does not answer; look at its version before you go on`;
		const details = { version, direction, location, dirty, report };
		throw new MigrateError("ERR_OUTCOME_UNKNOWN", message, details, { cause: suppress(cause, error) });
	}
}
