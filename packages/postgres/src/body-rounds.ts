import type { Rounds, VersionChange } from "@godwit/core";
import { unfinishedRoundsError } from "@godwit/sql";
import { uncountedChanges } from "./changed-rows.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import type { RunBody } from "./migration-transaction.ts";
import { excerpt, uncountedRoundsError } from "./postgres-error.ts";
import { type RoundBodies, roundBodies } from "./round-bodies.ts";
import { type RoundProgress, roundProgress } from "./round-progress.ts";
import type { ReadBody } from "./statements/read-body.ts";
import { targetOf } from "./statements/round-language.ts";

/** What one round has done. */
export interface RoundMade {
	/** What is to be recorded in its transaction. */
	readonly change: VersionChange;
	/** Whether it has changed nothing, so that the migration is done. */
	readonly done: boolean;
}

/** Runs one round of a body in the transaction that is open. @param run As `migrationTransaction` gives it. */
export type RunRound = (
	connection: PostgresConnection,
	body: ReadBody,
	ways: { readonly end: VersionChange; readonly rounds: Rounds; readonly run: RunBody },
) => Promise<RoundMade>;

/**
 * Runs bodies in rounds, so that they end with the same rows as the whole statement does.
 *
 * @param trial Whether the database is one on which migrations are tried.
 */
export function bodyRounds(trial: boolean): RunRound {
	let progress: RoundProgress | undefined;

	return async (connection, body, { end, rounds, run }) => {
		const bodies = roundBodies(body);
		const { before } = rounds;
		if (before === 0 || progress?.bodies.batch.text !== bodies.batch.text) progress = roundProgress(bodies, trial);
		const rows = await run(bodies.batch);
		if (rows > 0) {
			await progress.assertMade(connection, before + rows);
			return { change: rounds.record(rows), done: false };
		}
		await assertNothingLeft(connection, bodies, run);
		return { change: end, done: true };
	};
}

/** @throws MigrateError `ERR_SQL` when the whole statement still changes something. */
async function assertNothingLeft(
	connection: PostgresConnection,
	{ whole, statement: { sql, line, column, keyword } }: RoundBodies,
	run: RunBody,
): Promise<void> {
	const statement = { sql: excerpt(sql), line, column, keyword };
	let left = 0;
	const uncounted = await uncountedChanges(connection, targetOf(sql), async () => {
		left = await run(whole);
	});
	if (left > 0) throw unfinishedRoundsError(statement, left);
	if (uncounted !== undefined) throw uncountedRoundsError(statement, uncounted);
}
