import { endlessRoundsError } from "@godwit/sql";
import { runInside } from "../body-inside.ts";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { excerpt } from "../postgres-error.ts";
import type { ReadBody } from "../statements/read-body.ts";
import { changedRows, rowsOf } from "./changed-rows.ts";
import { DisputedRounds } from "./disputed-rounds.ts";
import { type FirstRound, firstRound } from "./first-round.ts";
import type { RoundBodies } from "./round-bodies.ts";
import { tried } from "./tried.ts";

/** Finds out whether rounds come to an end. Everything but `first` belongs after a round, in its transaction. */
export interface RoundProgress {
	readonly bodies: RoundBodies;
	readonly first: FirstRound;
	/** How many rows the whole statement would change. */
	left(connection: PostgresConnection): Promise<number>;
	/**
	 * Looks whether another round leaves less to do, when it is time for that.
	 *
	 * @param sum How many rows all rounds have changed.
	 * @throws DisputedRounds When another round would leave as much to do as there is now.
	 */
	assertMade(connection: PostgresConnection, sum: number): Promise<void>;
	/** As `assertMade`, at any time. */
	assertLess(connection: PostgresConnection, sum: number): Promise<void>;
}

/**
 * What is left to do is what the whole statement would change. To find that out takes as long as the whole statement, so it is done when
 * the rounds have changed as many rows as there were to change, and again after as many more: for an UPDATE or a DELETE as the table
 * has, for an INSERT as its query had after the first round. On a trial database, where nobody waits, it is done after rounds 1, 2, 4 and
 * so on. Decision 0022 has the reasons.
 */
export function roundProgress(bodies: RoundBodies, trial: boolean): RoundProgress {
	const { batch, whole, statement, changed, inserted } = bodies;
	let rounds = 0;
	let bound: number | undefined;

	async function isDue(connection: PostgresConnection, sum: number): Promise<boolean> {
		if (trial) return Number.isInteger(Math.log2(rounds));
		bound ??= await reach(connection, sum);
		return bound !== undefined && sum > bound;
	}

	/** The sum that rounds which end do not pass, unless others add rows meanwhile. */
	async function reach(connection: PostgresConnection, sum: number): Promise<number | undefined> {
		if (changed !== undefined) return rowsOf(connection, changed);
		if (inserted === undefined) return undefined;
		// A query may call a function that writes.
		return sum + (await tried(connection, () => rowsOf(connection, `(${inserted}) AS inserted`)));
	}

	const left = (connection: PostgresConnection): Promise<number> => tried(connection, () => run(connection, whole));

	async function goesOnForEver(connection: PostgresConnection): Promise<boolean> {
		const now = await left(connection);
		if (now === 0) return false;
		return tried(connection, async () => (await run(connection, batch)) > 0 && (await left(connection)) >= now);
	}

	async function assertLess(connection: PostgresConnection, sum: number): Promise<void> {
		const rows = changed === undefined ? undefined : await rowsOf(connection, changed);
		if (await goesOnForEver(connection)) {
			const { line, column, keyword, sql } = statement;
			throw new DisputedRounds(endlessRoundsError({ sql: excerpt(sql), line, column, keyword }, sum, rows));
		}
		bound = rows === undefined ? await reach(connection, sum) : sum + rows;
	}

	return {
		bodies,
		first: firstRound(bodies),
		left,
		assertLess,
		async assertMade(connection, sum) {
			rounds++;
			if (await isDue(connection, sum)) await assertLess(connection, sum);
		},
	};
}

async function run(connection: PostgresConnection, body: ReadBody): Promise<number> {
	return changedRows(await runInside(connection, body));
}
