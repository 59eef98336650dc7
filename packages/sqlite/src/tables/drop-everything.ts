import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { LITESTREAM_TABLES } from "./foreign/other-tools.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

/** Tables that stay. SQLite's own tables cannot be dropped; VACUUM removes `sqlite_sequence`. */
const KEPT = ["sqlite_schema", "sqlite_sequence", ...LITESTREAM_TABLES];

/** Shadow tables, indexes and triggers are dropped with their tables. */
const OBJECTS = `SELECT name, type FROM pragma_table_list
	WHERE schema = 'main' AND type <> 'shadow' AND name COLLATE NOCASE NOT IN (?, ${KEPT.map((name) => `'${name}'`).join(", ")})`;

/**
 * Deletes every table and view of the main database but Litestream's, in the caller's transaction, with foreign keys off.
 *
 * @param keep A table that stays; none by default.
 */
export function dropEverything(connection: SqliteConnection, keep: string | undefined): void {
	for (const { name, type } of connection.query(OBJECTS, [keep ?? "sqlite_schema"])) {
		// With the schema, since a temporary table of the same name would be dropped otherwise.
		connection.run(`DROP ${type === "view" ? "VIEW" : "TABLE"} main.${quoteIdentifier(String(name))}`);
	}
}
