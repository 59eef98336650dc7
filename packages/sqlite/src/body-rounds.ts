import type { Rounds, VersionChange } from "@godwit/core";
import { andThen } from "./and-then.ts";
import type { RunInside } from "./body-inside.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { endlessRoundsError } from "./sqlite-error.ts";
import type { WholeBody } from "./statements/split/split-whole.ts";
import { roundStatement } from "./statements/until-done.ts";
import type { OwnTables } from "./tables/own-tables.ts";

/** What one round has done. */
export interface RoundMade {
	readonly own: OwnTables;
	/** What is to be recorded in its transaction. */
	readonly change: VersionChange;
	/** Whether it has changed nothing, so that the migration is done. */
	readonly done: boolean;
}

/** Runs one round of a body in the transaction that is open. */
export type RunRound = (body: WholeBody, end: VersionChange, rounds: Rounds) => RoundMade | Promise<RoundMade>;

export function bodyRounds(connection: SqliteConnection, runInside: RunInside): RunRound {
	/** How many rows an UPDATE may change, by its text; they are counted when the sum is reached. */
	let bound: { readonly sql: string; readonly rows: number } | undefined;

	function count(sql: string): number {
		const [row] = connection.query(sql);
		return Number(row?.count);
	}

	return (body, end, rounds) => {
		const { statement, updated } = roundStatement(body);
		let rows = 0;
		const running = runInside({ directives: body.directives, statements: [statement] }, undefined, () => {
			rows = count("SELECT changes() AS count");
		});
		return andThen(running, (own) => {
			if (rows === 0) return { own, change: end, done: true };
			const sum = rounds.before + rows;
			if (updated !== undefined) {
				const sql = `SELECT count(*) AS count FROM ${updated}`;
				if (bound?.sql !== sql) bound = { sql, rows: count(sql) };
				if (sum > bound.rows) bound = { sql, rows: Math.max(bound.rows, count(sql)) };
				if (sum > bound.rows) throw endlessRoundsError(statement, sum, bound.rows);
			}
			return { own, change: rounds.record(rows), done: false };
		});
	};
}
