import { quoteIdentifier } from "./quote-identifier.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** Views go first, since a virtual table's shadow tables go with it and a table's triggers and indexes with the table. */
const ORDER = ["view", "virtual", "table"];

/** Neither of the two can be dropped; `sqlite_sequence` goes with the next VACUUM. */
const OBJECTS = `SELECT name FROM pragma_table_list
	WHERE schema = 'main' AND type = ? AND name COLLATE NOCASE NOT IN ('sqlite_schema', 'sqlite_sequence', ?)`;

/**
 * Deletes every table and view of the main database, in the caller's transaction, with foreign keys off.
 *
 * @param keep A table that stays; none by default.
 */
export function dropEverything(connection: SqliteConnection, keep: string | undefined): void {
	for (const kind of ORDER) {
		for (const { name } of connection.all(OBJECTS, [kind, keep ?? "sqlite_schema"])) {
			// A temporary table of the same name would be dropped instead.
			connection.exec(`DROP ${kind === "view" ? "VIEW" : "TABLE"} main.${quoteIdentifier(String(name))}`);
		}
	}
}
