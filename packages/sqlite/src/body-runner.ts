import {
	type ApplyOutcome,
	cleanUpAfter,
	type LockState,
	type MigrationBody,
	type VersionChange,
	type VersionState,
} from "@godwit/core";
import { bodyFailure } from "./body-failure.ts";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { ConnectionSession } from "./connection/connection-session.ts";
import type { KeptJournal } from "./connection/kept-journal.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { inTransaction } from "./connection/transaction.ts";
import type { LockRow } from "./lock/lock-row.ts";
import type { SqliteLock } from "./lock/sqlite-lock.ts";
import { runInTransaction, runWithoutTransaction } from "./run-body.ts";
import { transactionEndedError } from "./sqlite-error.ts";
import { readStatements, type StatementReader } from "./statements/read-statements.ts";
import type { HistoryTable } from "./tables/history-table.ts";
import { type OwnTables, ownTables } from "./tables/own-tables.ts";
import { withReferenceCheck } from "./tables/reference-check.ts";
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
	/** Records the version in the body's transaction. */
	apply(body: MigrationBody, change: VersionChange): Promise<ApplyOutcome>;
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
}

export function bodyRunner(options: BodyRunnerOptions): BodyRunner {
	const { connection, config, borrowed, state, lock, row, versions, guard, history, journal, session } = options;
	const { busyTimeoutMs, migrationsTable } = config;
	const record = versionRecorder({ borrowed, state, lock, versions, guard, history });
	const failure = bodyFailure({ connection, state, row, guard, busyTimeoutMs, wanted: lock.wanted });
	/** A trigger that a body has made stays. */
	let uncertain = false;
	/** The body that `run` ran last may have changed the version, as it says. */
	let allowed = false;

	async function transaction<T>(work: () => T | Promise<T>): Promise<T> {
		if (state.held && !borrowed && config.journalMode === undefined) {
			await retryWhileBusy(connection, busyTimeoutMs, () => journal.keep());
		}
		try {
			return await inTransaction(connection, config, work);
		} catch (error) {
			row.forgetLease();
			throw error;
		}
	}

	/** Runs bodies in one transaction. */
	async function together<T>(change: VersionChange | undefined, work: () => Promise<T>): Promise<T> {
		try {
			const result = await transaction(work);
			lock.wanted.clear();
			return result;
		} catch (error) {
			throw await failure(error, change);
		}
	}

	function ownTablesOf(reader: StatementReader, inTransaction: boolean): OwnTables {
		const allowed = mayChangeOwnTables(reader);
		return ownTables({ migrationsTable, state, row, versions, history, allowed, inTransaction });
	}

	/** Runs the statements of one body in the transaction that is open. */
	async function runIn(reader: StatementReader): Promise<BodiesBefore> {
		// One that failed, or code of the caller's, can have ended it; what ran then would be there for good.
		if (!connection.inTransaction) throw transactionEndedError();
		const own = ownTablesOf(reader, true);
		await withReferenceCheck(connection, config, (references) =>
			runInTransaction(connection, reader, (statement) => {
				own.beforeStatement(statement);
				references.beforeStatement(statement);
				session.beforeStatement(statement);
			}),
		);
		own.assertKept();
		uncertain ||= own.uncertain;
		return { allowed: mayChangeOwnTables(reader), uncertain };
	}

	/**
	 * Runs a body in one transaction.
	 *
	 * @param change Recorded with it; without it the version stays.
	 * @returns false, having done nothing, when the body asks to run outside one.
	 */
	async function runTogether(body: MigrationBody, change?: VersionChange): Promise<boolean> {
		await using reader = await readStatements(body);
		if (reader.directives.has("no-transaction")) return false;
		await together(change, async () => {
			const before = await runIn(reader);
			if (change !== undefined) record(change, before);
			else if (state.held) row.fence();
		});
		if (change === undefined) allowed = mayChangeOwnTables(reader);
		return true;
	}

	async function runAlone(body: MigrationBody): Promise<void> {
		await using reader = await readStatements(body);
		await retryWhileBusy(connection, busyTimeoutMs, () => journal.remove());
		const own = ownTablesOf(reader, false);
		uncertain = true;
		try {
			await withReferenceCheck(connection, config, (references) =>
				runWithoutTransaction(connection, reader, busyTimeoutMs, async (statement) => {
					await retryWhileBusy(connection, busyTimeoutMs, () => {
						own.beforeStatement(statement);
						references.beforeStatement(statement);
						session.beforeStatement(statement);
					});
					if (!state.held || !row.leaseIsDue() || connection.inTransaction) return;
					await inTransaction(connection, config, () => row.fence());
				}),
			);
			await retryWhileBusy(connection, busyTimeoutMs, () => own.assertKept());
		} catch (error) {
			throw own.before === undefined ? error : await cleanUpAfter(error, restore(own.before));
		}
		allowed = mayChangeOwnTables(reader);
	}

	/** The mark that the file is under way must not go with what the file does to the table. */
	function restore(before: VersionState): () => Promise<void> {
		return () =>
			transaction(() => {
				if (state.held) row.fence();
				versions.create(history !== undefined);
				versions.write(before, true);
			});
	}

	return {
		async fenced(work) {
			return transaction(async () => {
				const result = await work();
				if (state.held) row.fence();
				return result;
			});
		},
		async record(change) {
			const before = { allowed, uncertain };
			await transaction(() => record(change, before));
			allowed = false;
		},
		async run(body) {
			allowed = false;
			if (!config.noTxWrap && (await runTogether(body))) return;
			await assertReadable(body);
			try {
				await runAlone(body);
			} catch (error) {
				throw await failure(error);
			}
		},
		async apply(body, change) {
			allowed = false;
			if (config.atomic && !config.noTxWrap && (await runTogether(body, change))) return "applied";
			await assertReadable(body);
			return "declined";
		},
		async together(change, work) {
			allowed = false;
			return together(change, async () => {
				let before: BodiesBefore = { allowed: false, uncertain };
				const result = await work(async (body) => {
					await using reader = await readStatements(body);
					if (config.noTxWrap || reader.directives.has("no-transaction")) return "declined";
					const { allowed: changed } = await runIn(reader);
					before = { allowed: before.allowed || changed, uncertain };
					return "applied";
				});
				if (!connection.inTransaction) throw transactionEndedError();
				record(change, before);
				return result;
			});
		},
	};
}

function mayChangeOwnTables({ directives }: StatementReader): boolean {
	return directives.has("allow own-tables");
}

/** Nothing can be rolled back, so what cannot be split has to be found before the first statement runs. */
async function assertReadable(body: MigrationBody): Promise<void> {
	await using reader = await readStatements(body);
	while ((await reader.next()) !== undefined);
}
