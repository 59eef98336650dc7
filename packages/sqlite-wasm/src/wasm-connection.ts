import type { SqliteConnection, SqlRow, SqlValue } from "@godwit/sqlite-files";
import type { Database, Statement } from "node-sqlite3-wasm";
import { resultCode } from "./result-code.ts";

export interface WasmConnectionOptions {
	/** Whether what `query` and `change` prepare is kept for the next time. Default true. */
	readonly keepsStatements?: boolean;
}

/** The port over node-sqlite3-wasm. */
export function wasmConnection(
	database: Database,
	close: () => void,
	{ keepsStatements = true }: WasmConnectionOptions = {},
): SqliteConnection {
	// Held until the end: compiling a statement costs more than running it, and an unfinalized one keeps a database open.
	const statements = new Map<string, Statement>();

	/** An EXPLAIN that is kept counts as running, and keeps its tables locked. */
	const isKept = (sql: string): boolean => keepsStatements && !sql.startsWith("EXPLAIN ");

	function prepare(sql: string): Statement {
		const prepared = statements.get(sql) ?? database.prepare(sql);
		if (isKept(sql)) statements.set(sql, prepared);
		return prepared;
	}

	function using<T>(sql: string, work: (statement: Statement) => T): T {
		const statement = prepare(sql);
		try {
			const result = work(statement);
			if (!isKept(sql)) statement.finalize();
			return result;
		} catch (error) {
			// The binding cannot reset a statement that has failed, so it would fail for ever.
			statements.delete(sql);
			discard(statement);
			throw error;
		}
	}

	function forget(sql: string): void {
		statements.get(sql)?.finalize();
		statements.delete(sql);
	}

	return {
		begin: (mode) => database.exec(`BEGIN ${mode}`),
		commit: () => database.exec("COMMIT"),
		rollback: () => database.exec("ROLLBACK"),
		query(sql, parameters = []) {
			const rows = using(sql, (statement) => statement.all([...parameters])) as SqlRow[];
			if (isExplanation(rows)) forget(sql);
			return rows.map(exact);
		},
		change(sql, parameters = []) {
			// The binding's run leaves a statement unfinished that returns a row, as under PRAGMA count_changes.
			using(sql, (statement) => statement.all([...parameters]));
			// A SELECT leaves the count of the statement before it, and `run` returns that sooner than a row of SELECT changes().
			return Number(using("SELECT 0 WHERE FALSE", (statement) => statement.run()).changes);
		},
		run: (sql) => database.exec(sql),
		// The binding has no backup API. VACUUM INTO reads the database in one transaction.
		copyTo: async (path) => database.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`),
		get inTransaction() {
			return database.inTransaction;
		},
		resultCode,
		close() {
			for (const statement of statements.values()) statement.finalize();
			statements.clear();
			close();
		},
	};
}

/** The rows of an EXPLAIN, which the binding cannot reset: one that is kept counts as running, and keeps tables from being dropped. */
function isExplanation([row]: readonly SqlRow[]): boolean {
	return row !== undefined && "opcode" in row && "p1" in row;
}

/** Finalizes a statement whose failure the caller throws; the binding reports that failure once more. */
function discard(statement: Statement): void {
	try {
		statement.finalize();
	} catch {}
}

/** The binding returns integers up to 2^53 as numbers, like reals; the driver reads no reals. */
function exact(row: SqlRow): SqlRow {
	return Object.fromEntries(Object.entries(row).map(([name, value]): [string, SqlValue] => [name, integer(value)]));
}

function integer(value: SqlValue): SqlValue {
	return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}
