import { MigrateError } from "../migrate-error.ts";
import type { Driver } from "./driver.ts";
import { schemeOf } from "./driver-scheme.ts";

/** What a driver may be unable to do, and what to do then. */
const MISSING = {
	backup: "cannot make a backup; use the database's own tool, such as pg_dump",
	restore: "cannot restore a backup; use the database's own tool, such as pg_restore",
	diagnose: "cannot examine the database, as those for SQLite can; use the database's own tools",
	schema:
		"cannot tell what the database consists of, as those for SQLite can; use the database's own tool, such as pg_dump --schema-only",
	rehearsal:
		"cannot copy a database to rehearse migrations on it, as those for SQLite files can; make a copy, and run up on it",
	structure:
		"cannot compare the tables, columns and indexes that are there with those that the migrations make: it has no empty database to run them on; compare them yourself, then use baseline with -force",
	correct: "corrects no migrations, as those for SQLite can; leave -fix out, and correct them by hand",
	scratch: "has no empty databases on which migrations could be tried; those for SQLite and PGlite have them",
} as const;

/** Makes the error for an operation that needs what the driver has not: who cannot do it, and what to do then. */
export function unsupported(driver: Driver, capability: keyof typeof MISSING): MigrateError<"ERR_UNSUPPORTED"> {
	const scheme = schemeOf(driver);
	const who = scheme === undefined ? "this driver" : `the driver of ${scheme}://`;
	return new MigrateError("ERR_UNSUPPORTED", `${who} ${MISSING[capability]}`, { capability });
}
