import { MigrateError } from "../../migrate-error.ts";
import { NIL_VERSION, type Version } from "../../version.ts";

/** Reports that a migration has left the database dirty. */
export function dirtyDatabase(version: Version): MigrateError<"ERR_DIRTY"> {
	const where =
		version === NIL_VERSION
			? "dirty before the first migration, which was being reverted"
			: `dirty at version ${version}`;
	return new MigrateError(
		"ERR_DIRTY",
		`the database is ${where}: a migration failed half-way; repair the schema by hand, then record the version that it is at with force`,
		{ version },
	);
}
