import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { lastTokenEnd } from "../statements/split/tokens.ts";
import { tableKinds } from "./table-pragmas.ts";

/** One object of the main database that a statement has made. */
export interface StoredObject {
	readonly kind: "table" | "virtual" | "index" | "view" | "trigger";
	readonly name: string;
	readonly table: string;
	/** The statement as SQLite keeps it, without a comment at its end, which would hide a semicolon. */
	readonly sql: string;
}

/**
 * Reads the objects of the main database in the order in which they were made, without what SQLite and virtual tables keep for
 * themselves.
 *
 * @param isTool Whether a table is a tool's: it is left out, with its indexes and triggers.
 */
export function storedObjects(
	connection: SqliteConnection,
	isTool: (table: string) => boolean,
): readonly StoredObject[] {
	const kinds = tableKinds(connection);
	return connection
		.query(
			"SELECT type AS type, name AS name, tbl_name AS tbl_name, sql AS sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
		)
		.map(({ type, name, tbl_name: table, sql }) => {
			const kind = type === "table" && kinds.get(String(name))?.type === "virtual" ? "virtual" : type;
			return {
				kind: kind as StoredObject["kind"],
				name: String(name),
				table: String(table),
				sql: withoutLastComment(String(sql)),
			};
		})
		.filter(({ name, table }) => !isTool(table) && !/^sqlite_/i.test(name) && kinds.get(table)?.type !== "shadow");
}

function withoutLastComment(sql: string): string {
	return sql.slice(0, lastTokenEnd(sql, 0));
}
