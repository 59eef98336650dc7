import type { ApplyOutcome, LockState, MigrationBody, Rounds, VersionChange } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { andThen } from "./and-then.ts";
import { type BeforeStatement, bodyInside } from "./body-inside.ts";
import { bodyOutside } from "./body-outside.ts";
import { bodyRounds } from "./body-rounds.ts";
import { bodyTransactions } from "./body-transactions.ts";
import { bodySavepoint } from "./connection/body/body-savepoint.ts";
import type { ConnectionSession } from "./connection/settings/connection-session.ts";
import type { KeptJournal } from "./connection/settings/kept-journal.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import type { LockRow } from "./lock/lock-row.ts";
import type { SqliteLock } from "./lock/sqlite-lock.ts";
import { transactionEndedError } from "./sqlite-error.ts";
import { declinedBody } from "./statements/declined-body.ts";
import type { WholeBody } from "./statements/split/split-whole.ts";
import { forEachBatch, isWhole, readToEnd, type Statements, withStatements } from "./statements/split/statements.ts";
import type { HistoryTable } from "./tables/history-table.ts";
import { ownTables } from "./tables/own-tables.ts";
import type { VersionGuard } from "./tables/version-guard.ts";
import { type BodiesBefore, versionRecorder } from "./tables/version-recorder.ts";
import type { VersionTable } from "./tables/version-table.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

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
	together<T>(
		change: VersionChange,
		work: (run: (body: MigrationBody) => Promise<ApplyOutcome>) => Promise<T>,
	): Promise<T>;
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
	const { connection, config, state, row } = options;
	const own = ownTables({ ...options, migrationsTable: config.migrationsTable });
	const transactions = bodyTransactions(options);
	const runInside = bodyInside({ ...options, ownTables: own });
	const runOutside = bodyOutside({ ...options, transactions, ownTables: own });
	const runRound = bodyRounds(connection, runInside, options.trial);
	const record = versionRecorder(options);
	const declined = declinedBody();
	/** A trigger that a body has made stays. */
	let uncertain = false;
	/** The body that `run` ran last may have changed the version, as it says. */
	let allowed = false;

	/** Runs a body in the transaction that is open. Returns no promise for a body that was read at once. */
	function runNext(body: Statements, before?: BeforeStatement): BodiesBefore | Promise<BodiesBefore> {
		return andThen(runInside(body, before), (own) => {
			uncertain ||= own.uncertain;
			return { allowed: own.allowed, uncertain };
		});
	}

	/** Runs a body in one transaction, and records `change` with it. @returns false, having done nothing, when the body asks to run outside one. */
	async function runTogether(body: Statements, change?: VersionChange): Promise<boolean> {
		if (body.directives.has("no-transaction")) return false;
		const ran = await transactions.ofBodies(change, () =>
			andThen(runNext(body), (before) => {
				if (change !== undefined) record(change, before);
				else if (state.held) row.fence();
				return before;
			}),
		);
		if (change === undefined) allowed = ran.allowed;
		return true;
	}

	/** One transaction, with what the round has to record, or with the version when nothing is left to do. */
	async function makeRound(body: WholeBody, end: VersionChange, rounds: Rounds): Promise<ApplyOutcome> {
		return transactions.ofBodies(end, () =>
			andThen(runRound(body, end, rounds), ({ own, change, done }) => {
				uncertain ||= own.uncertain;
				record(change, { allowed: own.allowed, uncertain });
				return done ? "applied" : "round";
			}),
		);
	}

	return {
		fenced: transactions.fenced,
		async record(change) {
			const before = { allowed, uncertain };
			await transactions.run(() => record(change, before));
			allowed = false;
		},
		async run(body) {
			allowed = false;
			await declined.open(body, async (statements, readable) => {
				if (!config.noTxWrap && (await runTogether(statements))) return;
				uncertain = true;
				if (!readable) await readToEnd(statements);
				// A body that was read in pieces is not kept.
				allowed = await (readable ? runOutside(statements) : withStatements(body, runOutside));
			});
		},
		async apply(body, change, rounds) {
			allowed = false;
			return declined.open(body, async (statements) => {
				if (rounds !== undefined && statements.directives.has("until-done")) {
					return makeRound(await wholeOf(statements), change, rounds);
				}
				if (config.atomic && !config.noTxWrap && (await runTogether(statements, change))) return "applied";
				await declined.keep(body, statements);
				return "declined";
			});
		},
		async together(change, work) {
			allowed = false;
			return transactions.ofBodies(change, async () => {
				let before: BodiesBefore = { allowed: false, uncertain };
				const result = await work((body) =>
					withStatements(body, async (statements) => {
						if (
							statements.directives.has("until-done") ||
							config.noTxWrap ||
							statements.directives.has("no-transaction")
						)
							return "declined";
						const { allowed: changed } = await amongOthers(options, (each) => runNext(statements, each));
						before = { allowed: before.allowed || changed, uncertain };
						return "applied";
					}),
				);
				if (!connection.inTransaction) throw transactionEndedError();
				record(change, before);
				return result;
			});
		},
	};
}

/** A file of one statement is short, so that one that is read in pieces has more. */
async function wholeOf(statements: Statements): Promise<WholeBody> {
	if (isWhole(statements)) return statements;
	const all: Statement[] = [];
	await forEachBatch(statements, (batch) => void all.push(...batch));
	return { directives: statements.directives, statements: all };
}

/** Runs a body in a transaction of several, of which it leaves as little to the next ones as when it runs in one of its own. */
async function amongOthers<T>(
	{ connection, session }: BodyRunnerOptions,
	run: (before: BeforeStatement) => T | Promise<T>,
): Promise<T> {
	const savepoint = bodySavepoint(connection);
	const result = await run(savepoint.beforeStatement);
	savepoint.release();
	session.betweenBodies();
	return result;
}
