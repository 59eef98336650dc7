import { endlessRoundsError, type RoundStatement } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { cutSql } from "../../sqlite-error.ts";
import { type ChangeCount, changeCount } from "./changed-rows.ts";
import { type FirstRound, firstRound } from "./first-round.ts";

/** Not likely to be a body's own. */
const SAVEPOINT = '"godwit round"';

/** Finds out whether rounds come to an end. */
export interface RoundProgress {
	readonly round: RoundStatement;
	readonly count: ChangeCount;
	readonly first: FirstRound;
	/**
	 * Belongs after a round, in its transaction.
	 *
	 * @param sum How many rows all rounds have changed.
	 * @throws MigrateError `ERR_SQL` when another round would leave as much to do as there is now.
	 */
	assertMade(sum: number): void;
}

/**
 * What is left to do is what the whole statement would change. To find that out takes as long as the whole statement, so it is done when
 * the rounds have changed as many rows as there were to change, and again after as many more: for an UPDATE or a DELETE as the table
 * has, for an INSERT as its query had after the first round. On a trial database, where nobody waits, it is done after rounds 1, 2, 4 and
 * so on. Decision 0022 has the reasons.
 */
export function roundProgress(connection: SqliteConnection, round: RoundStatement, trial: boolean): RoundProgress {
	const { batch, whole, changed, inserted } = round;
	const count = changeCount(connection);
	let rounds = 0;
	let bound: number | undefined;

	/** What comes to pass in it is undone. */
	function tried<T>(work: () => T): T {
		connection.run(`SAVEPOINT ${SAVEPOINT}`);
		try {
			return work();
		} finally {
			// An error of a statement can have ended the transaction.
			if (connection.inTransaction) {
				connection.run(`ROLLBACK TO ${SAVEPOINT}`);
				connection.run(`RELEASE ${SAVEPOINT}`);
			}
		}
	}

	const left = (): number => tried(() => count.changedBy(whole).changes);

	function goesOnForEver(): boolean {
		const now = left();
		return now > 0 && tried(() => count.changedBy(batch).changes > 0 && left() >= now);
	}

	function isDue(sum: number): boolean {
		if (trial) return Number.isInteger(Math.log2(rounds));
		bound ??= reach(sum);
		return bound !== undefined && sum > bound;
	}

	/** The sum that rounds which end do not pass, unless others add rows meanwhile. */
	function reach(sum: number): number | undefined {
		if (changed !== undefined) return count.rowsOf(changed);
		return inserted === undefined ? undefined : sum + count.rowsOf(`(${inserted})`);
	}

	return {
		round,
		count,
		first: firstRound(connection, round, count),
		assertMade(sum) {
			rounds++;
			if (!isDue(sum)) return;
			const rows = changed === undefined ? undefined : count.rowsOf(changed);
			if (goesOnForEver()) throw endlessRoundsError({ ...batch, sql: cutSql(batch.sql) }, sum, rows);
			bound = changed === undefined ? reach(sum) : sum + (rows ?? 0);
		},
	};
}
