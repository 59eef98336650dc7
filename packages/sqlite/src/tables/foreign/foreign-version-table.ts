import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { quoteIdentifier } from "../quote-identifier.ts";

/** Other tools that keep their state in a table of godwit's name, by its columns. */
const OWNERS: ReadonlyMap<string, string> = new Map([
	["version", "Rails (ActiveRecord) or dbmate"],
	["version, inserted_at", "Ecto"],
]);

/**
 * Explains why a statement on the version table failed, when the table is another tool's.
 *
 * @returns An error that names what was found; `undefined` when the table has the columns that it should have.
 */
export function foreignVersionTable(
	connection: SqliteConnection,
	name: string,
	cause: unknown,
): MigrateError<"ERR_DATABASE"> | undefined {
	// Any other error, such as a lock, has nothing to do with the columns.
	if (connection.resultCode(cause) !== "SQLITE_ERROR") return undefined;
	if (holdsVersions(connection, name)) return undefined;
	const columns = columnsOf(connection, name);
	const list = columns.join(", ");
	const owner = OWNERS.get(list);
	const hint = owner === undefined ? "" : `, as a table of ${owner} has`;
	const found = columns.length === 1 ? `the column ${list} alone` : `the columns ${list}`;
	const message = `the table ${name} is not godwit's: it has ${found}${hint}, and not version and dirty; ${OWN_TABLE}`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

/** Whether a table has the columns of a version table. */
export function holdsVersions(connection: SqliteConnection, name: string): boolean {
	const columns = columnsOf(connection, name);
	return columns.includes("version") && columns.includes("dirty");
}

/** Reports a table with the right columns that holds something else. */
export function unreadableVersionTable(connection: SqliteConnection, name: string): MigrateError<"ERR_DATABASE"> {
	const columns = connection.query(`PRAGMA main.table_info(${quoteIdentifier(name)})`);
	const list = columns.map((row) => `${row.name} ${row.type}`.trimEnd()).join(", ");
	const message = `the table ${name} does not hold one row of a version and a dirty flag, stored as integers (its columns are ${list}); correct it by hand, or, when it is another tool's, ${OWN_TABLE}`;
	return new MigrateError("ERR_DATABASE", message, {});
}

/** What to do about a table that is another tool's. */
export const OWN_TABLE = "keep godwit's own beside it with x-migrations-table=NAME in the database URL";

/** The names of a table's columns in lower case, in their order. */
export function columnsOf(connection: SqliteConnection, name: string): readonly string[] {
	const rows = connection.query(`PRAGMA main.table_info(${quoteIdentifier(name)})`);
	return rows.map((row) => String(row.name).toLowerCase());
}
