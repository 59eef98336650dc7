import type { ApplyOutcome, LockState, MigrationBody, Rounds, VersionChange } from "@godwit/core";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import type { KeptJournal } from "../connection/settings/kept-journal.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import type { SqliteLock } from "../lock/sqlite-lock.ts";
import { declinedBody } from "../statements/declined-body.ts";
import { type Statements, wholeOf } from "../statements/split/statements.ts";
import type { HistoryTable } from "../tables/history-table.ts";
import type { VersionGuard } from "../tables/version-guard.ts";
import { versionRecorder } from "../tables/version-recorder.ts";
import type { VersionTable } from "../tables/version-table.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { andThen } from "./and-then.ts";
import { bodiesTogether, type RunTogether } from "./bodies-together.ts";
import { bodySteps } from "./body-steps.ts";
import { bodyTransactions } from "./body-transactions.ts";
import type { divisibleRounds } from "./rounds/divisible-rounds.ts";

/** Runs bodies and records versions, each in one transaction or outside one, so that nobody who has lost the lock commits. */
export interface BodyRunner {
	/** Runs `work` in one transaction, which whoever has lost the lock cannot commit. */
	fenced<T>(work: () => T | Promise<T>): Promise<T>;
	/** Records a version in a transaction of its own. */
	record(change: VersionChange): Promise<void>;
	run(body: MigrationBody): Promise<void>;
	/** Records the version in the body's transaction, or makes one round of it. */
	apply(body: MigrationBody, change: VersionChange, rounds: Rounds | undefined): Promise<ApplyOutcome>;
	/** Records the version in the transaction of several bodies. */
	readonly together: RunTogether;
}

export interface BodyRunnerOptions {
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	/** The caller's own connection, whose journal mode stays. */
	readonly borrowed: boolean;
	readonly state: LockState;
	readonly lock: SqliteLock;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly guard: VersionGuard;
	readonly history: HistoryTable | undefined;
	readonly journal: KeptJournal;
	readonly session: ConnectionSession;
	/** Whether migrations are only tried on the database. */
	readonly trial: boolean;
}

export function bodyRunner(options: BodyRunnerOptions): BodyRunner {
	const { config, state, row } = options;
	const transactions = bodyTransactions(options);
	const steps = bodySteps({ ...options, transactions });
	const record = versionRecorder(options);
	const together = bodiesTogether({ ...options, transactions, steps, record });
	const declined = declinedBody();
	let divisible: ReturnType<typeof divisibleRounds> | undefined;
	/** The body that `run` ran last may have changed the version, as it says. */
	let allowed = false;

	/** Runs a body in one transaction, and records `change` with it. @returns false, having done nothing, when the body asks to run outside one. */
	async function runInOne(body: Statements, change?: VersionChange): Promise<boolean> {
		if (body.directives.has("no-transaction")) return false;
		const ran = await transactions.ofBodies(change, () =>
			andThen(steps.inside(body), (before) => {
				if (change !== undefined) record(change, before);
				else if (state.held) row.fence();
				return before;
			}),
		);
		if (change === undefined) allowed = ran.allowed;
		return true;
	}

	/** One transaction, with what the round has to record, or with the version when nothing is left to do. */
	async function makeRound(body: Statements, end: VersionChange, rounds: Rounds): Promise<ApplyOutcome> {
		// A file of one statement is short, so that one that is read in pieces has more.
		const whole = await wholeOf(body);
		divisible ??= (await import("./rounds/divisible-rounds.ts")).divisibleRounds(options);
		await divisible(whole);
		const runRound = await steps.forRounds();
		return transactions.ofBodies(end, () =>
			andThen(runRound(whole, end, rounds), ({ before, change, done }) => {
				record(change, before);
				return done ? "applied" : "round";
			}),
		);
	}

	return {
		fenced: transactions.fenced,
		async record(change) {
			const before = { allowed, uncertain: steps.uncertain };
			await transactions.run(() => record(change, before));
			allowed = false;
		},
		async run(body) {
			allowed = false;
			await declined.open(body, async (statements, readable) => {
				if (!config.noTxWrap && (await runInOne(statements))) return;
				const ran = await steps.outside(body, statements, readable);
				allowed = ran.allowed;
			});
		},
		async apply(body, change, rounds) {
			allowed = false;
			return declined.open(body, async (statements) => {
				if (rounds !== undefined && statements.directives.has("until-done")) {
					return makeRound(statements, change, rounds);
				}
				if (config.atomic && !config.noTxWrap && (await runInOne(statements, change))) return "applied";
				await declined.keep(body, statements);
				return "declined";
			});
		},
		together(change, work) {
			allowed = false;
			return together(change, work);
		},
	};
}
