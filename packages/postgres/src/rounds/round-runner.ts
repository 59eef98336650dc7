import {
	type ApplyOutcome,
	cleanUpAfter,
	isMigrateError,
	type MigrateError,
	type Rounds,
	type VersionChange,
} from "@godwit/core";
import { lockBlocker } from "../blockers/lock-blocker.ts";
import { FailedMessage } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import type { MigrationTransaction } from "../migration-transaction.ts";
import { isLockNotAvailable, unprovenRoundsError } from "../postgres-error.ts";
import type { ReadBody } from "../statements/read-body.ts";
import { targetOf } from "../statements/round-language.ts";
import { bodyRounds } from "./body-rounds.ts";
import { DisputedRounds } from "./disputed-rounds.ts";
import { roundBodies } from "./round-bodies.ts";

/** See https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = "40001";

/** Makes one round: one transaction, with what the round has to record, or with the version when nothing is left to do. */
export type RunOneRound = (
	connected: Connected,
	body: ReadBody,
	end: VersionChange,
	rounds: Rounds,
) => Promise<ApplyOutcome>;

/**
 * Others write while a round looks at what is left, so that it may find what they have brought in. When it finds something it is
 * rolled back and made once more with its table for itself. Decision 0023 has the reasons.
 *
 * @param trial Whether the database is one on which migrations are tried.
 */
export function roundRunner(transaction: MigrationTransaction, trial: boolean): RunOneRound {
	const runRound = bodyRounds(trial);

	return async (connected, body, end, rounds) => {
		const bodies = roundBodies(body);
		let begun = false;

		async function attempt(alone?: string): Promise<ApplyOutcome> {
			let recorded = end;
			begun = false;
			return transaction(connected, { change: end, instead: () => recorded, alone }, async (run) => {
				begun = true;
				const ways = { end, rounds, run, alone: alone !== undefined };
				const { change, done } = await runRound(connected.connection, bodies, ways);
				recorded = change;
				return done ? "applied" : "round";
			});
		}

		try {
			return await attempt();
		} catch (error) {
			if (!(error instanceof DisputedRounds)) throw error;
			const table = targetOf(bodies.statement.sql)?.expression;
			if (table === undefined) throw error.fault;
			try {
				return await attempt(table);
			} catch (reason) {
				if (reason instanceof DisputedRounds) throw reason.fault;
				throw isKeptOut(reason, begun) ? await unproven(connected, error.fault, { table, reason }) : reason;
			}
		}
	};
}

/** Whether it was not possible to be alone: by a lock, or since something else than the table has changed. */
function isKeptOut(reason: unknown, begun: boolean): reason is FailedMessage | MigrateError<"ERR_SQL"> {
	if (reason instanceof FailedMessage) return !begun;
	return isMigrateError(reason, "ERR_SQL") && reason.details.resultCode === SERIALIZATION_FAILURE;
}

async function unproven(
	{ connection }: Connected,
	fault: MigrateError<"ERR_SQL">,
	{ table, reason }: { readonly table: string; readonly reason: FailedMessage | MigrateError<"ERR_SQL"> },
): Promise<unknown> {
	// A connection that was lost is told as that.
	if (connection.lost !== undefined) return reason;
	if (!isLockNotAvailable(reason)) return unprovenRoundsError(fault, table, reason);
	let blocker: string | undefined;
	const error = await cleanUpAfter(reason, async () => {
		blocker = await lockBlocker(connection, table);
	});
	return error === reason ? unprovenRoundsError(fault, table, reason, blocker) : error;
}
