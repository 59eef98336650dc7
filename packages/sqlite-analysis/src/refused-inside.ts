import { isMigrateError, type MigrateError } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { assertRunsInside, readPragma, runInTransaction, type SqliteConnection } from "@godwit/sqlite";

/**
 * Returns why a run refuses a statement inside the transaction around a file, whatever the database holds.
 *
 * @param openEmpty Opens an empty database in memory, on which SQLite is asked.
 * @returns The run's own error; `undefined` for a statement that it does not refuse.
 */
export function refusedInside(statement: Statement, openEmpty: () => SqliteConnection): MigrateError | undefined {
	try {
		assertRunsInside(statement);
		if (isForSqlite(statement)) tryInside(statement, openEmpty());
		return undefined;
	} catch (error) {
		if (isMigrateError(error)) return error;
		throw error;
	}
}

/** Other PRAGMAs are not tried, as some of them are about the whole process. */
function isForSqlite({ keyword, sql }: Statement): boolean {
	return keyword === "VACUUM" || (keyword === "PRAGMA" && readPragma(sql)?.name === "synchronous");
}

function tryInside(statement: Statement, empty: SqliteConnection): void {
	try {
		empty.run("BEGIN");
		// With INTO it is refused alike, but an empty database in memory refuses the file first.
		const tried = statement.keyword === "VACUUM" ? { ...statement, sql: "VACUUM" } : statement;
		runInTransaction(empty, [tried], () => {});
	} finally {
		empty.close();
	}
}
