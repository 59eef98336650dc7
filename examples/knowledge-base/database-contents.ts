import BetterSqlite3, { type Database } from "better-sqlite3";

/** What a database file holds besides godwit's own tables, in a form that can be compared. */
export interface DatabaseContents {
	/** `CREATE` statements as SQLite stores them, by type and name. */
	readonly schema: Readonly<Record<string, string>>;
	/** The rows of each table, in the order of their first columns; generated columns are among them. */
	readonly rows: Readonly<Record<string, readonly unknown[]>>;
	/** What a PRAGMA changes for good: whether deleted rows give their space back. */
	readonly autoVacuum: unknown;
}

/** Reads a database that nobody has open, whichever backend wrote it. */
export function readContents(path: string): DatabaseContents {
	return query(path, (database) => {
		const objects = database
			.prepare<[], { key: string; sql: string }>(
				`SELECT type || ' ' || name AS key, sql FROM sqlite_schema
				WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'schema\\_migrations%' ESCAPE '\\' ORDER BY key`,
			)
			.all();
		const tables = database
			.prepare<[], { name: string }>(
				`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
				AND name NOT LIKE 'schema\\_migrations%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
			)
			.all();
		return {
			schema: Object.fromEntries(objects.map(({ key, sql }) => [key, sql])),
			rows: Object.fromEntries(
				tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()]),
			),
			autoVacuum: database.pragma("auto_vacuum", { simple: true }),
		};
	});
}

/** Opens a database for reading only, and closes it again. */
export function query<T>(path: string, work: (database: Database) => T): T {
	const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
	try {
		return work(database);
	} finally {
		database.close();
	}
}

/**
 * Writes schemas alike that mean the same: `ALTER TABLE` puts quotes around a new name, and its `DROP COLUMN` leaves the
 * white space of what it takes out.
 */
export function normaliseSchema(schema: DatabaseContents["schema"]): DatabaseContents["schema"] {
	return Object.fromEntries(
		Object.entries(schema).map(([key, sql]) => [
			key,
			sql
				.replaceAll('"', "")
				.replace(/\s+/g, " ")
				.replace(/ ?([(),]) ?/g, "$1"),
		]),
	);
}
