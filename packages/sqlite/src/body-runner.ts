import { type ApplyOutcome, type MigrationBody, type Version, withBackoff } from "@godwit/core";
import type { CallFrame } from "./call-frame.ts";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { KeptJournal } from "./connection/kept-journal.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { inTransaction } from "./connection/transaction.ts";
import type { LockRow } from "./lock/lock-row.ts";
import type { MigrationLock } from "./lock/migration-lock.ts";
import { readStatements } from "./read-statements.ts";
import { runInTransaction, runWithoutTransaction } from "./run-body.ts";
import { heldAttachedFile } from "./sqlite-error.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./tables/foreign-key-check.ts";
import type { VersionTable } from "./tables/version-table.ts";
import { optsOutOfTransaction } from "./transaction-control.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

/** Runs bodies, each in one transaction or outside one, so that nobody who has lost the lock commits. */
export interface BodyRunner {
	/** Runs `work` in one transaction, which whoever has lost the lock cannot commit. */
	fenced<T>(work: () => T | Promise<T>): Promise<T>;
	run(body: MigrationBody): Promise<void>;
	/** Records the version in the body's transaction. */
	apply(body: MigrationBody, version: Version): Promise<ApplyOutcome>;
}

export interface BodyRunnerOptions {
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	/** The caller's own connection, whose journal mode stays. */
	readonly borrowed: boolean;
	readonly lock: MigrationLock;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly journal: KeptJournal;
	readonly frame: CallFrame;
}

export function bodyRunner(options: BodyRunnerOptions): BodyRunner {
	const { connection, config, borrowed, lock, row, versions, journal, frame } = options;
	const { busyTimeoutMs, lockTimeoutMs } = config;

	async function fenced<T>(work: () => T | Promise<T>): Promise<T> {
		if (lock.held && !borrowed && config.journalMode === undefined) {
			await retryWhileBusy(connection, busyTimeoutMs, () => journal.keep());
		}
		return inTransaction(connection, config, () => {
			if (lock.held) row.fence();
			return work();
		});
	}

	/** Holds a body to `foreignKeyCheck`; inside a transaction the error rolls it back. */
	async function checkingForeignKeys(work: () => Promise<void>): Promise<void> {
		if (!config.foreignKeyCheck) return work();
		const before = foreignKeyViolations(connection);
		await work();
		assertNoNewViolations(connection, before);
	}

	/**
	 * Runs a body in a transaction, and starts over when it attaches a file that somebody holds: waiting for the file's
	 * lock with others held could wait for each other for ever.
	 */
	async function startingOver<T>(work: () => Promise<T>): Promise<T> {
		let held: unknown;
		const done = await withBackoff(
			async () => {
				try {
					return { result: await work() };
				} catch (error) {
					const file = heldAttachedFile(error);
					if (file === undefined || !lock.held || connection.inTransaction) throw error;
					await lock.takeAgainWith(file);
					held = error;
					return undefined;
				}
			},
			{ timeoutMs: lockTimeoutMs },
		);
		if (done === undefined) throw held;
		return done.result;
	}

	/**
	 * Runs a body in one transaction.
	 *
	 * @param version Recorded with it, unless there is none.
	 * @returns false, having done nothing, when the body asks to run outside one.
	 */
	async function runTogether(body: MigrationBody, version?: Version): Promise<boolean> {
		await using reader = await readStatements(body);
		if (optsOutOfTransaction(reader.leadingComments)) return false;
		await fenced(async () => {
			// Made with the lock.
			if (version !== undefined && (!lock.held || lock.dropped)) versions.create();
			await checkingForeignKeys(() => runInTransaction(connection, reader, frame.watch));
			if (version !== undefined) versions.write(version, false);
		});
		return true;
	}

	async function runAlone(body: MigrationBody): Promise<void> {
		// Nothing could be rolled back, so what cannot be split has to be found before the first statement runs.
		await using reader = await readStatements(body);
		while ((await reader.next()) !== undefined);
		await using again = await readStatements(body);
		await retryWhileBusy(connection, busyTimeoutMs, () => journal.remove());
		await checkingForeignKeys(() =>
			runWithoutTransaction(connection, again, busyTimeoutMs, async (statement) => {
				await retryWhileBusy(connection, busyTimeoutMs, () => frame.watch(statement));
				if (!lock.held || !row.leaseIsDue() || connection.inTransaction) return;
				await inTransaction(connection, config, () => row.fence());
			}),
		);
	}

	return {
		fenced,
		async run(body) {
			if (config.noTxWrap || !(await startingOver(() => runTogether(body)))) await runAlone(body);
		},
		async apply(body, version) {
			if (config.noTxWrap || !config.atomic) return "declined";
			return (await startingOver(() => runTogether(body, version))) ? "applied" : "declined";
		},
	};
}
