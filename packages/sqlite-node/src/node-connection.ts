import type { DatabaseSync, StatementSync } from "node:sqlite";
import { nodeResultCode, type SqliteConnection, type SqlRow, type SqlValue } from "@godwit/sqlite-files";

export interface NodeConnectionOptions {
	/**
	 * Prepares also what runs once, since on Deno an error of `exec` has no result code. Elsewhere `exec` is better: a statement that was
	 * prepared stays in memory until the garbage collector comes by. Default: on Deno alone.
	 */
	readonly preparesAll?: boolean;
	/** Whether what `query` and `change` prepare is kept for the next time. Default true. */
	readonly keepsStatements?: boolean;
}

/** The port over node:sqlite. */
export function nodeConnection(
	database: DatabaseSync,
	close: () => void,
	{ preparesAll = "Deno" in globalThis, keepsStatements = true }: NodeConnectionOptions = {},
): SqliteConnection {
	/** What the driver runs again and again. The database finalizes them as it closes. */
	const statements = new Map<string, StatementSync>();

	function kept(sql: string): StatementSync {
		const statement = statements.get(sql) ?? prepare(sql);
		if (keepsStatements) statements.set(sql, statement);
		return statement;
	}

	function prepare(sql: string): StatementSync {
		const statement = database.prepare(sql);
		// Without it a number above 2^53 is an error, and a borrowed database may have been opened so.
		statement.setReadBigInts(true);
		return statement;
	}

	function execute(statement: StatementSync): void {
		// `run` stops at the first row, and on Deno `iterate` ends without an error where SQLite has failed.
		if (statement.columns().length === 0) statement.run();
		else statement.all();
	}

	return {
		begin: (mode) => execute(kept(`BEGIN ${mode}`)),
		commit: () => execute(kept("COMMIT")),
		rollback: () => execute(kept("ROLLBACK")),
		query: (sql, parameters: readonly SqlValue[] = []) => kept(sql).all(...parameters) as readonly SqlRow[],
		change: (sql, parameters: readonly SqlValue[] = []) => Number(kept(sql).run(...parameters).changes),
		run: (sql) => (preparesAll ? execute(prepare(sql)) : database.exec(sql)),
		get inTransaction() {
			return database.isTransaction;
		},
		resultCode: nodeResultCode,
		close() {
			statements.clear();
			close();
		},
	};
}
