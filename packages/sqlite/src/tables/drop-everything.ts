import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

/**
 * A virtual table takes its shadow tables with it, and any table its indexes and triggers. Neither of the two tables
 * that are left out can be dropped; `sqlite_sequence` goes with the next VACUUM.
 */
const OBJECTS = `SELECT name, type FROM pragma_table_list
	WHERE schema = 'main' AND type <> 'shadow' AND name COLLATE NOCASE NOT IN ('sqlite_schema', 'sqlite_sequence', ?)`;

/**
 * Deletes every table and view of the main database, in the caller's transaction, with foreign keys off.
 *
 * @param keep A table that stays; none by default.
 */
export function dropEverything(connection: SqliteConnection, keep: string | undefined): void {
	for (const { name, type } of connection.query(OBJECTS, [keep ?? "sqlite_schema"])) {
		// A temporary table of the same name would be dropped instead.
		connection.run(`DROP ${type === "view" ? "VIEW" : "TABLE"} main.${quoteIdentifier(String(name))}`);
	}
}
