import type { Rounds, VersionChange } from "@godwit/core";
import { unfinishedRoundsError } from "@godwit/sql";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import type { RunBody } from "../migration-transaction.ts";
import { excerpt, uncountedRoundsError } from "../postgres-error.ts";
import { type Target, targetOf } from "../statements/round-language.ts";
import { assertDivisible } from "./assert-divisible.ts";
import { triggersBeforeRows, uncountedChanges } from "./changed-rows.ts";
import { DisputedRounds } from "./disputed-rounds.ts";
import type { RoundBodies } from "./round-bodies.ts";
import { type RoundProgress, roundProgress } from "./round-progress.ts";

/** What one round has done. */
export interface RoundMade {
	/** What is to be recorded in its transaction. */
	readonly change: VersionChange;
	/** Whether nothing is left to do, so that the migration is done. */
	readonly done: boolean;
}

export interface RoundWays {
	/** What is recorded when nothing is left. */
	readonly end: VersionChange;
	readonly rounds: Rounds;
	/** As `migrationTransaction` gives it. */
	readonly run: RunBody;
	/** Whether nobody else can bring in something to do, so that it is found out at once whether something is left. */
	readonly alone: boolean;
}

/**
 * Runs one round in the transaction that is open.
 *
 * @throws DisputedRounds What would be wrong with the file when nobody else writes.
 */
export type RunRound = (connection: PostgresConnection, bodies: RoundBodies, ways: RoundWays) => Promise<RoundMade>;

/**
 * Runs bodies in rounds, so that they end with the same rows as the whole statement does.
 *
 * @param trial Whether the database is one on which migrations are tried.
 */
export function bodyRounds(trial: boolean): RunRound {
	let progress: RoundProgress | undefined;

	return async (connection, bodies, { end, rounds, run, alone }) => {
		const { before } = rounds;
		if (before === 0 || progress?.bodies.batch.text !== bodies.batch.text) {
			await assertDivisible(connection, bodies);
			progress = roundProgress(bodies, trial);
		}
		await progress.first.begin(connection);
		const rows = await run(bodies.batch);
		if (rows > 0) await progress.first.assertKept(connection, rows, before + rows);
		if (rows === 0 || (alone && (await progress.left(connection)) === 0)) {
			await assertNothingLeft(connection, bodies, run);
			return { change: end, done: true };
		}
		if (alone) await progress.assertLess(connection, before + rows);
		else await progress.assertMade(connection, before + rows);
		return { change: rounds.record(rows), done: false };
	};
}

/** @throws DisputedRounds, MigrateError `ERR_SQL` when the whole statement still changes something. */
async function assertNothingLeft(
	connection: PostgresConnection,
	{ whole, statement: { sql, line, column, keyword } }: RoundBodies,
	run: RunBody,
): Promise<void> {
	const statement = { sql: excerpt(sql), line, column, keyword };
	let left = 0;
	const target = targetOf(sql);
	const uncounted = await uncountedChanges(connection, target, async () => {
		left = await run(whole);
	});
	if (left > 0) {
		const dropping = target && droppingAdvice(target, await triggersBeforeRows(connection, target, keyword));
		throw new DisputedRounds(unfinishedRoundsError(statement, left, dropping));
	}
	if (uncounted !== undefined) throw uncountedRoundsError(statement, uncounted);
}

function droppingAdvice({ name }: Target, triggers: readonly string[]): string | undefined {
	const [trigger] = triggers;
	if (trigger === undefined) return undefined;
	return `the trigger ${trigger} of ${name} is called before each row is changed, and a row for which it returns NULL stays as it is: leave such rows out with a condition, in the comment and outside`;
}
