import type { SqliteConnection, SqlRow } from "../connection/sqlite-connection.ts";

/** One column of a table of the main database, as `table_xinfo` tells it: hidden ones too. */
export function columnsOf(connection: SqliteConnection, table: string): readonly SqlRow[] {
	const names = ["name", "type", "notnull", "dflt_value", "pk", "hidden"];
	return connection.query(`SELECT ${selected(names)} FROM pragma_table_xinfo(?, 'main')`, [table]);
}

/** The foreign keys of a table of the main database, each as its rows of `foreign_key_list`: one for a column. */
export function foreignKeysOf(connection: SqliteConnection, table: string): readonly (readonly SqlRow[])[] {
	const names = ["id", "seq", "table", "from", "to", "on_update", "on_delete"];
	const sql = `SELECT ${selected(names)} FROM pragma_foreign_key_list(?, 'main') ORDER BY id, seq`;
	return [...Map.groupBy(connection.query(sql, [table]), ({ id }) => id).values()];
}

/** The indexes of a table of the main database, also those of its constraints. */
export function indexesOf(connection: SqliteConnection, table: string): readonly SqlRow[] {
	const names = ["name", "unique", "origin", "partial"];
	return connection.query(`SELECT ${selected(names)} FROM pragma_index_list(?, 'main')`, [table]);
}

/** What an index sorts by: `cid` is -1 for the rowid, and -2 for an expression. */
export function keyOf(connection: SqliteConnection, index: string): readonly SqlRow[] {
	const names = ["cid", "name", "desc", "coll"];
	return connection.query(`SELECT ${selected(names)} FROM pragma_index_xinfo(?, 'main') WHERE "key" = 1`, [index]);
}

/** The tables of the main database with what `table_list` tells of each, by name. */
export function tableKinds(connection: SqliteConnection): ReadonlyMap<string, SqlRow> {
	const sql = `SELECT ${selected(["name", "type", "wr", "strict"])} FROM pragma_table_list WHERE schema = 'main'`;
	return new Map(connection.query(sql).map((row) => [String(row.name), row]));
}

/** PRAGMA short_column_names and others of the caller's can change the names of columns that have none. */
function selected(names: readonly string[]): string {
	return names.map((name) => `"${name}" AS "${name}"`).join(", ");
}
