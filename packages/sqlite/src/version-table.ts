import { MigrateError, NIL_VERSION, type Version, type VersionState } from "@godwit/core";
import { quoteIdentifier } from "./quote-identifier.ts";
import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";

/** The table that holds the version: one row, or none before the first migration. Each method is a few statements and no transaction. */
export interface VersionTable {
	/** Makes the table unless it is there; golang-migrate's own, of two columns, is used as it is. */
	create(): void;
	read(): VersionState;
	write(version: Version, dirty: boolean): void;
}

/** golang-migrate up to version 3 wrote words. */
const DIRTY: ReadonlyMap<SqlValue, boolean> = new Map<SqlValue, boolean>([
	[0n, false],
	[1n, true],
	["false", false],
	["true", true],
]);

export function versionTable(connection: SqliteConnection, name: string): VersionTable {
	const table = quoteIdentifier(name);
	return {
		create() {
			connection.exec(
				`CREATE TABLE IF NOT EXISTS ${table} (version INTEGER PRIMARY KEY, dirty BOOLEAN NOT NULL DEFAULT FALSE, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`,
			);
		},
		read() {
			if (!tableExists(connection, name)) return { version: NIL_VERSION, dirty: false };
			const rows = connection.all(`SELECT version, dirty FROM ${table} LIMIT 2`);
			const [row] = rows;
			if (row === undefined) return { version: NIL_VERSION, dirty: false };
			const { version } = row;
			const dirty = DIRTY.get(row.dirty ?? null);
			if (rows.length > 1 || typeof version !== "bigint" || dirty === undefined || version < NIL_VERSION) {
				throw new MigrateError(
					"ERR_DATABASE",
					`the table ${name} does not hold one row of a version and a dirty flag; correct it by hand, or name another table with x-migrations-table`,
					{},
				);
			}
			return { version, dirty };
		},
		write(version, dirty) {
			connection.all(`DELETE FROM ${table}`);
			if (version === NIL_VERSION && !dirty) return;
			connection.all(`INSERT INTO ${table} (version, dirty) VALUES (?, ?)`, [version, dirty ? 1n : 0n]);
		},
	};
}

/** SQLite compares table names without regard to the case of ASCII letters. */
export function tableExists(connection: SqliteConnection, name: string): boolean {
	const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE";
	return connection.all(sql, [name]).length > 0;
}
