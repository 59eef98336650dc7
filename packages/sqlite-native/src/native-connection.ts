import { isError } from "@godwit/core";
import type { SqliteConnection, SqlRow, SqlValue } from "@godwit/sqlite-files";
import type { NativeDatabase, NativeDatabaseClass, NativeStatement } from "./native-database.ts";

export interface NativeConnectionOptions {
	/** Whether what `query` and `change` prepare is kept for the next time. Default true. */
	readonly keepsStatements?: boolean;
}

/** The port over better-sqlite3. */
export function nativeConnection(
	database: NativeDatabase,
	close: () => void,
	{ keepsStatements = true }: NativeConnectionOptions = {},
): SqliteConnection {
	const queries = new Map<string, Query>();

	function prepare(sql: string): Query {
		const query = queries.get(sql) ?? queryOf(database.prepare(sql).safeIntegers());
		if (keepsStatements) queries.set(sql, query);
		return query;
	}

	return {
		begin: (mode) => void database.exec(`BEGIN ${mode}`),
		commit: () => void database.exec("COMMIT"),
		rollback: () => void database.exec("ROLLBACK"),
		query: (sql, parameters = []) => rowsOf(prepare(sql), parameters),
		change: (sql, parameters = []) => prepare(sql).statement.run(parameters).changes,
		run(sql) {
			// The binding's exec passes over a vertical tab, which SQLite refuses: what follows would not be what was looked at.
			if (sql.startsWith("\v")) database.prepare(sql);
			database.exec(sql);
		},
		copyTo: (path) => copy(database, path),
		overwrites: true,
		get inTransaction() {
			return database.inTransaction;
		},
		resultCode(error) {
			if (!isError(error) || error.name !== "SqliteError" || !("code" in error)) return undefined;
			return String(error.code);
		},
		close,
	};
}

/** In one step, so that no other connection's commit makes it begin again. */
const ALL_PAGES = 0x7fff_ffff;

/** The binding says of a busy database neither that it is, nor that nothing was copied: it tries for ever, or is content with no pages. */
async function copy(database: NativeDatabase, path: string): Promise<void> {
	let asked = false;
	const { totalPages } = await database.backup(path, {
		progress() {
			if (asked) throw busy(database);
			asked = true;
			return ALL_PAGES;
		},
	});
	if (totalPages === 0) throw busy(database);
}

/** Of the copy of the binding that the database belongs to. */
function busy(database: NativeDatabase): Error {
	const { SqliteError } = database.constructor as NativeDatabaseClass;
	return new SqliteError("database is locked", "SQLITE_BUSY");
}

/** The native class of the handle that the binding keeps under a symbol; `nativeBinding` can name another copy. */
export function copyOf(database: NativeDatabase): unknown {
	const [symbol] = Object.getOwnPropertySymbols(database);
	const handle = symbol === undefined ? undefined : Reflect.get(database, symbol);
	return handle?.constructor ?? database;
}

interface Query {
	readonly statement: NativeStatement;
	/** Names. */
	readonly columns: readonly string[];
}

/** The binding's own rows are made by code that it compiles anew whenever the schema has changed. */
function queryOf(statement: NativeStatement): Query {
	if (!statement.reader) return { statement, columns: [] };
	return { statement: statement.raw(), columns: statement.columns().map(({ name }) => name) };
}

function rowsOf({ statement, columns }: Query, parameters: readonly SqlValue[]): readonly SqlRow[] {
	if (!statement.reader) {
		statement.run(parameters);
		return [];
	}
	return (statement.all(parameters) as readonly (readonly SqlValue[])[]).map((values) => {
		const row: Record<string, SqlValue> = {};
		for (let at = 0; at < columns.length; at++) row[columns[at] ?? ""] = values[at] ?? null;
		return row;
	});
}
