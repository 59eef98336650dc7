import { type LockFile, lockFile, realDatabasePath, type SqliteConnection } from "@godwit/sqlite";
import type { Database, Statement } from "better-sqlite3";

/**
 * The port over better-sqlite3.
 *
 * The native library does not see the lock that node-sqlite3-wasm puts beside a database, and would take that one's
 * journal for a dead process's. So the lock is looked for before a transaction and again once our own is held, which
 * the other side looks for in the same way; a statement outside a transaction holds it, since nothing else shows it.
 */
export function nativeConnection(database: Database, close: () => void): SqliteConnection {
	const lock: LockFile | undefined = database.memory ? undefined : lockFile(realDatabasePath(database.name));
	const statements = new Map<string, Statement>();

	function prepare(sql: string): Statement {
		const prepared = statements.get(sql) ?? database.prepare(sql).safeIntegers();
		statements.set(sql, prepared);
		return prepared;
	}

	/** The binding's exec passes over a vertical tab, which SQLite refuses: what follows would not be what was looked at. */
	function execute(sql: string): void {
		if (sql.startsWith("\v")) database.prepare(sql);
		database.exec(sql);
	}

	/** Runs a statement that begins a transaction whose lock the other side can see. */
	function begin(sql: string, lock: LockFile): void {
		lock.assertFree();
		database.exec(sql);
		try {
			lock.assertFree();
		} catch (error) {
			database.exec("ROLLBACK");
			throw error;
		}
	}

	return {
		exec(sql) {
			if (lock !== undefined && !database.inTransaction) {
				if (/^BEGIN (IMMEDIATE|EXCLUSIVE)/.test(sql)) {
					begin(sql, lock);
					return;
				}
				lock.take();
			}
			try {
				execute(sql);
			} finally {
				if (lock?.held && !database.inTransaction) lock.release();
			}
		},
		all(sql, parameters = []) {
			const outside = !database.inTransaction;
			if (outside) lock?.assertFree();
			const statement = prepare(sql);
			const rows = statement.reader ? statement.all(...parameters) : void statement.run(...parameters);
			if (outside) lock?.assertFree();
			return (rows ?? []) as ReturnType<SqliteConnection["all"]>;
		},
		get inTransaction() {
			return database.inTransaction;
		},
		resultCode: (error) => {
			if (!(error instanceof Error) || error.name !== "SqliteError" || !("code" in error)) return undefined;
			return String(error.code);
		},
		close() {
			close();
			if (lock?.held) lock.release();
			lock?.close();
		},
	};
}
