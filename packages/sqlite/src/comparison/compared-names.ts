import type { TracedTables } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { lower } from "../tables/lower.ts";
import { quoteIdentifier } from "../tables/quote-identifier.ts";

/** The two databases that are compared, by the names that one connection has for them. */
export const NOW = "main";
export const BEFORE = "godwit_before";

export type Side = typeof NOW | typeof BEFORE;

/** What is known of the tables of both databases. */
export interface Compared {
	readonly tables: TracedTables;
	/** Tells the tables of tools, which are left out. */
	readonly isTool: (table: string) => boolean;
}

/** A table of one side as SQL. */
export function tableOf(side: Side, table: string): string {
	return `${side}.${quoteIdentifier(table)}`;
}

/** Tells names apart as SQLite does. */
export function sameName(a: string, b: string): boolean {
	return lower(a) === lower(b);
}

/** The tables of one side that have rows of their own: without virtual tables, their shadows, and SQLite's tables. */
export function tablesOf(connection: SqliteConnection, side: Side, isTool: (table: string) => boolean): string[] {
	return namesOfType(connection, side, "table").filter((name) => !/^sqlite_/i.test(name) && !isTool(name));
}

/** @param type As `PRAGMA table_list` says it. */
export function namesOfType(connection: SqliteConnection, side: Side, type: "table" | "virtual"): string[] {
	const sql = "SELECT name AS name FROM pragma_table_list WHERE schema = ? AND type = ?";
	return connection.query(sql, [side, type]).map(({ name }) => String(name));
}
