import type { Rounds, VersionChange } from "@godwit/core";
import { roundStatement, unfinishedRoundsError } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { cutSql } from "../../sqlite-error.ts";
import { roundLanguage } from "../../statements/round-language.ts";
import type { WholeBody } from "../../statements/split/split-whole.ts";
import type { OwnTables } from "../../tables/own-tables.ts";
import { andThen } from "../and-then.ts";
import type { RunInside } from "../body-inside.ts";
import type { ChangedRows } from "./changed-rows.ts";
import { type RoundProgress, roundProgress } from "./round-progress.ts";

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

/**
 * Runs bodies in rounds, so that they end with the same rows as the whole statement does.
 *
 * @param trial Whether the database is one on which migrations are tried.
 */
export function bodyRounds(connection: SqliteConnection, runInside: RunInside, trial: boolean): RunRound {
	let progress: RoundProgress | undefined;

	return (body, end, rounds) => {
		const round = roundStatement(body, roundLanguage);
		const { batch, whole } = round;
		if (rounds.before === 0 || progress?.round.batch.sql !== batch.sql) {
			progress = roundProgress(connection, round, trial);
		}
		const { count, first, assertMade } = progress;
		first.begin();
		let before = 0;
		let made: ChangedRows = { rows: 0, own: 0, changes: 0 };
		const running = runInside(
			{ directives: body.directives, statements: [batch] },
			() => {
				before = count.changes();
			},
			() => {
				made = count.since(before);
			},
		);
		return andThen(running, (own) => {
			if (made.changes === 0) {
				const left = count.changedBy(whole);
				if (left.changes > 0) throw unfinishedRoundsError({ ...whole, sql: cutSql(whole.sql) }, left.rows);
				return { own, change: end, done: true };
			}
			first.assertKept(made, rounds.before + made.rows);
			assertMade(rounds.before + made.rows);
			return { own, change: rounds.record(made.rows), done: false };
		});
	};
}
