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
	const statements = new Map<string, NativeStatement>();

	function prepare(sql: string): NativeStatement {
		const statement = statements.get(sql) ?? database.prepare(sql).safeIntegers();
		if (keepsStatements) statements.set(sql, statement);
		return statement;
	}

	return {
		begin: (mode) => void database.exec(`BEGIN ${mode}`),
		commit: () => void database.exec("COMMIT"),
		rollback: () => void database.exec("ROLLBACK"),
		query: (sql, parameters = []) => rowsOf(prepare(sql), parameters),
		change: (sql, parameters = []) => prepare(sql).run(parameters).changes,
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

function rowsOf(statement: NativeStatement, parameters: readonly SqlValue[]): readonly SqlRow[] {
	if (statement.reader) return statement.all(parameters) as readonly SqlRow[];
	statement.run(parameters);
	return [];
}
