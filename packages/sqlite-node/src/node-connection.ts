import type { DatabaseSync, StatementSync } from "node:sqlite";
import { MigrateError } from "@godwit/core";
import { nodeResultCode, runtimeName, type SqliteConnection, type SqlRow, type SqlValue } from "@godwit/sqlite-files";

/** See https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

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
		async copyTo(path) {
			// Of a version that has it, and not Deno's.
			const { backup } = process.getBuiltinModule("node:sqlite");
			if (typeof backup !== "function") throw noBackup();
			try {
				// In one step, so that no other connection's commit makes it begin again.
				await backup(database, path, { rate: 0x7fff_ffff });
			} catch (cause) {
				throw isNoError(cause) ? busy(cause) : cause;
			}
		},
		overwrites: true,
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

/** What node:sqlite makes of a database that another connection has locked: "not an error". Other failures have their code. */
function isNoError(error: unknown): boolean {
	return error instanceof Error && "errcode" in error && error.errcode === 0;
}

function busy(cause: unknown): Error {
	return Object.assign(new Error("database is locked", { cause }), { code: "ERR_SQLITE_ERROR", errcode: SQLITE_BUSY });
}

function noBackup(): MigrateError<"ERR_RUNTIME"> {
	const found = runtimeName();
	const message = `node:sqlite of this runtime, ${found}, cannot copy a database; use Node 22.18 or newer, or sqlite-native://`;
	return new MigrateError("ERR_RUNTIME", message, { required: "node:sqlite backup", found });
}
