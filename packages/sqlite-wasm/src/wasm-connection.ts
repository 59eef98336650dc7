import { type LockFile, lockFile, type SqliteConnection, type SqlRow, type SqlValue } from "@godwit/sqlite";
import type { Database, Statement } from "node-sqlite3-wasm";
import { resultCode } from "./result-code.ts";
import { guardVfs, type VfsGuard } from "./vfs-guard.ts";

/**
 * The port over node-sqlite3-wasm.
 *
 * @param path The file as the binding names it, `undefined` for a database in memory.
 */
export function wasmConnection(database: Database, path: string | undefined, close: () => void): SqliteConnection {
	const lock: LockFile | undefined = path === undefined ? undefined : lockFile(path);
	const guarded: VfsGuard = path === undefined || lock === undefined ? (call) => call() : guardVfs(path, lock);
	// Held until the end: compiling a statement costs more than running it, and an unfinalized one keeps a database open.
	const statements = new Map<string, Statement>();

	function prepare(sql: string): Statement {
		const prepared = statements.get(sql) ?? database.prepare(sql);
		statements.set(sql, prepared);
		return prepared;
	}

	function query(sql: string, parameters: readonly SqlValue[]): readonly unknown[] {
		const statement = prepare(sql);
		try {
			return statement.all([...parameters]);
		} catch (error) {
			// The binding cannot reset a statement that has failed, so it would fail for ever.
			statements.delete(sql);
			discard(statement);
			throw error;
		}
	}

	return {
		exec(sql) {
			// Whoever removed the lock by hand may have let another process in.
			if (sql === "COMMIT" && lock?.held) lock.assertHeld();
			guarded(() => database.exec(sql));
		},
		all: (sql, parameters = []) => guarded(() => query(sql, parameters)).map((row) => exact(row as SqlRow)),
		get inTransaction() {
			return database.inTransaction;
		},
		resultCode,
		close() {
			guarded(() => {
				for (const statement of statements.values()) statement.finalize();
				statements.clear();
				close();
			});
			lock?.close();
		},
	};
}

/** Finalizing a statement that has failed reports that failure once more. */
function discard(statement: Statement): void {
	try {
		statement.finalize();
	} catch (error) {
		if (resultCode(error) === undefined) throw error;
	}
}

/** The binding returns integers up to 2^53 as numbers, like reals; the driver reads no reals. */
function exact(row: SqlRow): SqlRow {
	return Object.fromEntries(Object.entries(row).map(([name, value]): [string, SqlValue] => [name, integer(value)]));
}

function integer(value: SqlValue): SqlValue {
	return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}
