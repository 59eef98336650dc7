import { MigrateError, NIL_VERSION, type VersionState } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { foreignVersionTable, holdsVersions, unreadableVersionTable } from "./foreign/foreign-version-table.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { triggersOn } from "./triggers.ts";
import { ROW, stateOf } from "./version-row.ts";

/** The table that holds the version: one row, or none before the first migration. Each method is a few statements without a transaction. */
export interface VersionTable {
	/**
	 * Makes the table unless it exists. golang-migrate's own table, which has two columns, is used as it is.
	 *
	 * @param stamped Gives it a column for stamps, unless it has one, or is no version table.
	 */
	create(stamped: boolean): void;
	exists(): boolean;
	/**
	 * Changes nothing. Throws SQLite's error when the version cannot be written: no table, another column, a view.
	 *
	 * @param stamped With a stamp. Needs `create(true)` before.
	 */
	assertWritable(stamped: boolean): void;
	read(): VersionState;
	/** Reads the stamp of the row, of a table that is there; `undefined` without a row, a stamp, or a column for it. */
	stamp(): string | undefined;
	/**
	 * Replaces the version. Triggers fire, as with golang-migrate.
	 *
	 * @param overAll Permits to replace more than one row. @throws MigrateError `ERR_DATABASE` for more than one otherwise.
	 * @param stamp Needs `create(true)` before.
	 */
	write(state: VersionState, overAll: boolean, stamp?: string): void;
	/** @throws MigrateError `ERR_DATABASE` when the table does not hold the version. */
	assertHolds(state: VersionState): void;
	/** Returns whether the table has a trigger in the database, which can change what is written. */
	hasTrigger(): boolean;
}

/** SQLite compares table names without regard to the case of ASCII letters. */
export const TABLE_BY_NAME = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE";

/** The column of golang-migrate's newer tables, else the one that godwit adds. */
const STAMP_COLUMN = `SELECT name AS name FROM pragma_table_info(?, 'main')
	WHERE name COLLATE NOCASE IN ('created_at', 'godwit_stamp') ORDER BY name COLLATE NOCASE LIMIT 1`;

export function versionTable(connection: SqliteConnection, name: string): VersionTable {
	// A temporary table of the same name would come first.
	const table = `main.${quoteIdentifier(name)}`;
	// A table that was deleted from the schema by hand still exists for this connection alone.
	// Without AS, PRAGMA full_column_names decides what the columns are called.
	const select = `SELECT ${ROW} AS state FROM ${table} WHERE EXISTS (${TABLE_BY_NAME}) LIMIT 2`;
	const remove = `DELETE FROM ${table}`;
	const insert = `INSERT INTO ${table} (version, dirty) VALUES (?, ?)`;
	/** As `create` has found it. */
	let stampedIn = "created_at";

	function read(): VersionState {
		return tableExists(connection, name) ? readRow() : { version: NIL_VERSION, dirty: false };
	}

	/** Reads the columns only after a failure, since a read of the version is most of the time of a start with nothing to do. */
	function explained<T>(work: () => T): T {
		try {
			return work();
		} catch (error) {
			throw foreignVersionTable(connection, name, error) ?? error;
		}
	}

	function readRow(): VersionState {
		const rows = explained(() => connection.query(select, [name]));
		const [row] = rows;
		if (row === undefined) return { version: NIL_VERSION, dirty: false };
		const state = rows.length > 1 ? undefined : stateOf(String(row.state));
		if (state === undefined) throw unreadableVersionTable(connection, name);
		return state;
	}

	return {
		create(stamped) {
			connection.run(
				`CREATE TABLE IF NOT EXISTS ${table} (version INTEGER PRIMARY KEY, dirty BOOLEAN NOT NULL DEFAULT FALSE, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`,
			);
			if (!stamped) return;
			stampedIn = addStampColumn(connection, name);
		},
		exists: () => tableExists(connection, name),
		assertWritable(stamped) {
			connection.run(`EXPLAIN ${remove}`);
			const columns = ["version", "dirty", ...(stamped ? [stampedIn] : [])];
			connection.run(
				`EXPLAIN INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "NULL").join(", ")})`,
			);
		},
		read,
		stamp() {
			const column = stampColumn(connection, name);
			if (column === undefined) return undefined;
			const [row] = connection.query(`SELECT ${column} AS stamp FROM ${table} LIMIT 1`);
			return typeof row?.stamp === "string" ? row.stamp : undefined;
		},
		write({ version, dirty }, overAll, stamp) {
			if (connection.change(remove) > 1 && !overAll) throw unreadableVersionTable(connection, name);
			if (version === NIL_VERSION && !dirty) return;
			const values = [version, dirty ? 1n : 0n];
			if (stamp === undefined) explained(() => connection.change(insert, values));
			else {
				const insertStamped = `INSERT INTO ${table} (version, dirty, ${stampedIn}) VALUES (?, ?, ?)`;
				explained(() => connection.change(insertStamped, [...values, stamp]));
			}
		},
		assertHolds({ version, dirty }) {
			const written = readRow();
			if (written.version === version && written.dirty === dirty) return;
			throw new MigrateError(
				"ERR_DATABASE",
				`the table ${name} does not keep the version that is written to it; look at what the migration does to it, or for a trigger on it`,
				{},
			);
		},
		hasTrigger: () => triggersOn(connection, name).length > 0,
	};
}

/**
 * Adds the column unless there is one. What is not a version table, as a view or another tool's table, is left as it is; whoever reads
 * or writes it is told.
 *
 * @returns Its name, quoted where it was there.
 */
function addStampColumn(connection: SqliteConnection, name: string): string {
	const column = stampColumn(connection, name);
	if (column !== undefined) return column;
	if (tableExists(connection, name) && holdsVersions(connection, name)) {
		connection.run(`ALTER TABLE main.${quoteIdentifier(name)} ADD COLUMN godwit_stamp TEXT`);
	}
	return "godwit_stamp";
}

/** golang-migrate names the columns that it writes, so a further one stays, and is NULL in its rows. */
function stampColumn(connection: SqliteConnection, table: string): string | undefined {
	const [column] = connection.query(STAMP_COLUMN, [table]);
	return column === undefined ? undefined : quoteIdentifier(String(column.name));
}

export function tableExists(connection: SqliteConnection, name: string): boolean {
	return connection.query(`${TABLE_BY_NAME} LIMIT 1`, [name]).length > 0;
}
