import type { SqliteConnection } from "@godwit/sqlite";

/** A row of `sqlite_schema`, see https://sqlite.org/schematab.html */
export interface SchemaRow {
	readonly type: string;
	readonly name: string;
	readonly table: string;
	/** 0 for what has no rows of its own: views, triggers and virtual tables. */
	readonly root: bigint;
	/** `null` for the index of a constraint. */
	readonly sql: string | null;
}

/** The schema of a main database, as text. */
export interface SchemaSnapshot {
	/** In the order in which SQLite reads them. */
	readonly rows: readonly SchemaRow[];
	/** Names of the tables that are WITHOUT ROWID, whose rows are in an index. */
	readonly withoutRowid: ReadonlySet<string>;
	/** Names of the databases that are attached. */
	readonly attached: readonly string[];
}

export function readSchemaRows(connection: SqliteConnection): readonly SchemaRow[] {
	return connection
		.query("SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_schema ORDER BY rowid")
		.map(({ type, name, tbl_name: table, rootpage, sql }) => ({
			type: String(type),
			name: String(name),
			table: String(table),
			root: BigInt(rootpage === null ? 0 : Number(rootpage)),
			sql: sql === null || sql === undefined ? null : String(sql),
		}));
}

export function readSnapshot(connection: SqliteConnection): SchemaSnapshot {
	const withoutRowid = connection
		.query("SELECT name AS name FROM pragma_table_list WHERE schema = 'main' AND wr = 1")
		.map(({ name }) => String(name));
	const databases = connection.query("PRAGMA database_list").map(({ name }) => String(name));
	return {
		rows: readSchemaRows(connection),
		withoutRowid: new Set(withoutRowid),
		attached: databases.filter((name) => name !== "main" && name !== "temp"),
	};
}
