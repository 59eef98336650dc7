import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

/**
 * Tables that stay. SQLite does not let anybody drop its own; `sqlite_sequence` goes with the next VACUUM. Litestream
 * keeps its state in the others and replicates the drop with it, see https://litestream.io/how-it-works/
 */
const KEPT = ["sqlite_schema", "sqlite_sequence", "_litestream_seq", "_litestream_lock"];

/** A virtual table takes its shadow tables with it, and any table its indexes and triggers. */
const OBJECTS = `SELECT name, type FROM pragma_table_list
	WHERE schema = 'main' AND type <> 'shadow' AND name COLLATE NOCASE NOT IN (?, ${KEPT.map((name) => `'${name}'`).join(", ")})`;

/**
 * Deletes every table and view of the main database but Litestream's, in the caller's transaction, with foreign keys off.
 *
 * @param keep A table that stays; none by default.
 */
export function dropEverything(connection: SqliteConnection, keep: string | undefined): void {
	for (const { name, type } of connection.query(OBJECTS, [keep ?? "sqlite_schema"])) {
		// A temporary table of the same name would be dropped instead.
		connection.run(`DROP ${type === "view" ? "VIEW" : "TABLE"} main.${quoteIdentifier(String(name))}`);
	}
}
