import { endlessRoundsError, inexactRoundsError } from "@godwit/sql";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { excerpt } from "../postgres-error.ts";
import { roundLanguage } from "../statements/round-language.ts";
import { rowsOf } from "./changed-rows.ts";
import { DisputedRounds } from "./disputed-rounds.ts";
import type { RoundBodies } from "./round-bodies.ts";
import { tried } from "./tried.ts";

/**
 * Counts the rows that are left to change before and after the first round of a run, in its transaction: what it has changed or inserted has
 * to be done, and what it has not inserted has to be left.
 */
export interface FirstRound {
	/** Belongs before each round. */
	begin(connection: PostgresConnection): Promise<void>;
	/**
	 * Belongs after a round that has changed something.
	 *
	 * @param made How many rows the round has changed.
	 * @param sum How many rows all rounds have changed.
	 * @throws DisputedRounds When rows that were changed or inserted are left, or rows that were not inserted are not left.
	 */
	assertKept(connection: PostgresConnection, made: number, sum: number): Promise<void>;
}

export function firstRound({ remaining, changed, statement }: RoundBodies): FirstRound {
	const { sql, line, column, keyword } = statement;
	const named = { sql: excerpt(sql), line, column, keyword };
	const counted = remaining !== undefined && !(changed === undefined && dropsConflicts(sql));
	let passed = false;
	let before = 0;

	// A query may call a function that writes.
	const left = (connection: PostgresConnection): Promise<number> =>
		tried(connection, () => rowsOf(connection, `(${remaining}) AS remaining`));

	return {
		async begin(connection) {
			if (!passed && counted) before = await left(connection);
		},
		async assertKept(connection, made, sum) {
			if (passed || !counted) return;
			const after = await left(connection);
			if (changed === undefined && after !== before - made) {
				throw new DisputedRounds(inexactRoundsError(named, made, { before, after }));
			}
			if (changed !== undefined && after > before - made) {
				throw new DisputedRounds(endlessRoundsError(named, sum, await rowsOf(connection, changed)));
			}
			passed = true;
		},
	};
}

/** Whether a row of the query may be left out by a conflict, so that rows fall out that are not inserted. */
function dropsConflicts(sql: string): boolean {
	const { nextToken } = roundLanguage;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		if (token.word === "NOTHING") return true;
	}
	return false;
}
