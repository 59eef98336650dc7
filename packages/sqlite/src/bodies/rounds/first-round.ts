import { endlessRoundsError, inexactRoundsError, type RoundStatement } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { cutSql, statementError } from "../../sqlite-error.ts";
import { roundLanguage } from "../../statements/round-language.ts";
import { schemaTable } from "../../tables/schema-table.ts";
import type { ChangeCount, ChangedRows } from "./changed-rows.ts";

/**
 * Counts the rows that are left to change before and after the first round of a run, in its transaction, where nobody else writes: what it
 * has changed or inserted has to be done, and what it has not inserted has to be left.
 */
export interface FirstRound {
	/** Belongs before each round. */
	begin(): void;
	/**
	 * Belongs after a round that has changed something.
	 *
	 * @param sum How many rows all rounds have changed.
	 * @throws MigrateError `ERR_SQL` when rows that were changed or inserted are left, or rows that were not inserted are not left.
	 */
	assertKept(made: ChangedRows, sum: number): void;
}

export function firstRound(connection: SqliteConnection, round: RoundStatement, count: ChangeCount): FirstRound {
	const { whole, remaining, changed } = round;
	const statement = { ...whole, sql: cutSql(whole.sql) };
	const counted = remaining !== undefined && !(changed === undefined && dropsConflicts(connection, whole.sql));
	let rounds = 0;
	let before = 0;

	function left(): number {
		try {
			return count.rowsOf(`(${remaining})`);
		} catch (error) {
			throw statementError(connection, whole, error);
		}
	}

	return {
		begin() {
			rounds++;
			if (rounds === 1 && counted) before = left();
		},
		assertKept({ own }, sum) {
			// SQLite does not count what the triggers of a view do.
			if (rounds > 1 || !counted || own === 0) return;
			const after = left();
			if (changed === undefined) {
				if (after !== before - own) throw inexactRoundsError(statement, own, { before, after });
			} else if (after > before - own) {
				throw endlessRoundsError(statement, sum, count.rowsOf(changed));
			}
		},
	};
}

/** Whether a row of the query may be left out by a conflict, so that rows fall out that are not inserted. */
function dropsConflicts(connection: SqliteConnection, sql: string): boolean {
	const { nextToken } = roundLanguage;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		if (token.word === "IGNORE" || token.word === "NOTHING") return true;
	}
	return connection.query("PRAGMA database_list").some(({ name }) => {
		const query = `SELECT 1 AS found FROM ${schemaTable(String(name))} WHERE sql LIKE '%conflict%ignore%' OR sql LIKE '%raise%ignore%' LIMIT 1`;
		return connection.query(query).length > 0;
	});
}
