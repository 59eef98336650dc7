import { endlessRoundsError } from "@godwit/sql";
import { runInside } from "./body-inside.ts";
import { changedRows, rowsOf } from "./changed-rows.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { excerpt } from "./postgres-error.ts";
import type { RoundBodies } from "./round-bodies.ts";
import type { ReadBody } from "./statements/read-body.ts";

/** Finds out whether rounds come to an end. */
export interface RoundProgress {
	readonly bodies: RoundBodies;
	/**
	 * Belongs after a round, in its transaction.
	 *
	 * @param sum How many rows all rounds have changed.
	 * @throws MigrateError `ERR_SQL` when another round would leave as much to do as there is now.
	 */
	assertMade(connection: PostgresConnection, sum: number): Promise<void>;
}

/**
 * What is left to do is what the whole statement would change. To find that out takes as long as the whole statement, so it is done when
 * the rounds of an UPDATE or a DELETE have changed as many rows as the table has, and again after as many more. On a trial database, where
 * nobody waits and an endless INSERT has to be found too, it is done after rounds 1, 2, 4 and so on.
 */
export function roundProgress(bodies: RoundBodies, trial: boolean): RoundProgress {
	const { batch, whole, statement, changed } = bodies;
	let rounds = 0;
	let bound: number | undefined;

	async function isDue(connection: PostgresConnection, sum: number): Promise<boolean> {
		if (trial) return Number.isInteger(Math.log2(rounds));
		if (changed === undefined) return false;
		bound ??= await rowsOf(connection, changed);
		return sum > bound;
	}

	const left = (connection: PostgresConnection): Promise<number> => tried(connection, () => run(connection, whole));

	async function goesOnForEver(connection: PostgresConnection): Promise<boolean> {
		const now = await left(connection);
		if (now === 0) return false;
		return tried(connection, async () => (await run(connection, batch)) > 0 && (await left(connection)) >= now);
	}

	return {
		bodies,
		async assertMade(connection, sum) {
			rounds++;
			if (!(await isDue(connection, sum))) return;
			const rows = changed === undefined ? undefined : await rowsOf(connection, changed);
			if (await goesOnForEver(connection)) {
				const { line, column, keyword, sql } = statement;
				throw endlessRoundsError({ sql: excerpt(sql), line, column, keyword }, sum, rows);
			}
			bound = sum + (rows ?? 0);
		},
	};
}

async function run(connection: PostgresConnection, body: ReadBody): Promise<number> {
	return changedRows(await runInside(connection, body));
}

/** What comes to pass in `work` is undone. When it rejects, the transaction around it cannot be committed. */
async function tried<T>(connection: PostgresConnection, work: () => Promise<T>): Promise<T> {
	await connection.send("SAVEPOINT godwit_round");
	const result = await work();
	await connection.send("ROLLBACK TO SAVEPOINT godwit_round; RELEASE SAVEPOINT godwit_round");
	return result;
}
