import type { Statement } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { statementError } from "../../sqlite-error.ts";

/** What a statement has changed. */
export interface ChangedRows {
	/** Those that the statement itself has changed; of a view, for which SQLite counts none, those that its triggers have. */
	readonly rows: number;
	/** Those that the statement itself has changed, as SQLite counts them: 0 for a view. */
	readonly own: number;
	/** With those that triggers and foreign keys have changed. 0 only when nothing was changed at all. */
	readonly changes: number;
}

/** Counts the rows that statements change, see https://sqlite.org/lang_corefunc.html#total_changes */
export interface ChangeCount {
	/** How many rows this connection has changed so far. */
	changes(): number;
	/** What the last statement has changed. @param before What `changes` was before it. */
	since(before: number): ChangedRows;
	/** Runs a statement. @throws MigrateError `ERR_SQL`. */
	changedBy(statement: Statement): ChangedRows;
	/** How many rows a table, a view or a query in parentheses has. @param table As SQL. */
	rowsOf(table: string): number;
}

export function changeCount(connection: SqliteConnection): ChangeCount {
	function read(expression: string): number {
		const [row] = connection.query(`SELECT ${expression} AS count`);
		return Number(row?.count);
	}

	const changes = (): number => read("total_changes()");

	function since(before: number): ChangedRows {
		const all = changes() - before;
		const own = read("changes()");
		return { rows: own === 0 ? all : own, own, changes: all };
	}

	return {
		changes,
		since,
		changedBy(statement) {
			const before = changes();
			try {
				connection.run(statement.sql);
			} catch (error) {
				throw statementError(connection, statement, error);
			}
			return since(before);
		},
		rowsOf: (table) => read(`(SELECT count(*) FROM ${table})`),
	};
}
