import { type ApplyOutcome, type LockState, MigrateError, type MigrationBody, type VersionChange } from "@godwit/core";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { ConnectionSession } from "./connection/connection-session.ts";
import type { KeptJournal } from "./connection/kept-journal.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { inTransaction } from "./connection/transaction.ts";
import type { LockRow } from "./lock/lock-row.ts";
import type { SqliteLock } from "./lock/sqlite-lock.ts";
import { runInTransaction, runWithoutTransaction } from "./run-body.ts";
import { heldAttachedFile, ownTablesError } from "./sqlite-error.ts";
import { readStatements } from "./statements/read-statements.ts";
import type { Statement } from "./statements/statement.ts";
import { danglingReferences } from "./tables/dangling-references.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./tables/foreign-key-check.ts";
import { ownTables } from "./tables/own-tables.ts";
import type { VersionGuard } from "./tables/version-guard.ts";
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
	readonly journal: KeptJournal;
	readonly session: ConnectionSession;
}

export function bodyRunner(options: BodyRunnerOptions): BodyRunner {
	const { connection, config, borrowed, state, lock, row, versions, guard, journal, session } = options;
	const { busyTimeoutMs } = config;
	const own = ownTables(config.migrationsTable);
	const references = danglingReferences(connection);

	async function transaction<T>(work: () => T | Promise<T>): Promise<T> {
		if (state.held && !borrowed && config.journalMode === undefined) {
			await retryWhileBusy(connection, busyTimeoutMs, () => journal.keep());
		}
		return inTransaction(connection, config, work);
	}

	function fenced<T>(work: () => T | Promise<T>): Promise<T> {
		return transaction(async () => {
			const result = await work();
			if (state.held) row.fence();
			return result;
		});
	}

	/** The end of every transaction that moves the version. */
	function write(change: VersionChange): void {
		// With the lock the table was made, unless everything was dropped since.
		if (!state.held || lock.dropped) versions.create();
		if (state.held) guard.assertLocked(change);
		else guard.assert(change);
		versions.write(change);
		// The next change finds whether this one is there, by its own `from`.
		if (change.last !== false || borrowed || own.uncertain || lock.triggered) versions.assertHolds(change);
	}

	/** The end of a transaction with bodies in it. */
	function writeWithBodies(change: VersionChange): void {
		try {
			if (own.allowed) writeOver(change);
			else write(change);
		} catch (error) {
			throw own.named === undefined ? error : ownTablesError(own.named, error);
		}
		own.forget();
	}

	/** What a body outside a transaction has made of the tables is there for good. */
	function writeAfterBody(change: VersionChange): void {
		if (own.named === undefined) write(change);
		else writeOver(change);
		own.forget();
	}

	/** Puts the version right, whatever a body has made of it. The lock has to be ours all the same. */
	function writeOver({ from, ...change }: VersionChange): void {
		versions.create();
		write(change);
	}

	function watch(statement: Statement): void {
		own.watch(statement);
		if (config.danglingReferences !== "allow") references.watch(statement);
		session.watch(statement);
	}

	/** Holds a body to `danglingReferences` and `foreignKeyCheck`; inside a transaction the error rolls it back. */
	async function checkingForeignKeys(work: () => Promise<void>): Promise<void> {
		const before = config.foreignKeyCheck ? foreignKeyViolations(connection) : undefined;
		references.forget();
		await work();
		references.assertNone();
		if (before !== undefined) assertNoNewViolations(connection, before);
	}

	/**
	 * Runs what may attach a file that somebody holds. Under the lock it cannot be waited for: two who wait for each other's
	 * files would do so for ever. So all has to be given back, and the next `lock` takes that file's lock with the others.
	 */
	async function attaching<T>(work: () => Promise<T>): Promise<T> {
		try {
			const result = await work();
			lock.wanted.clear();
			return result;
		} catch (error) {
			const file = heldAttachedFile(error);
			if (file === undefined || !state.held) throw error;
			lock.wanted.add(file);
			const reason = `the migration attaches ${file}, which somebody else holds: ${(error as Error).message}`;
			throw new MigrateError("ERR_START_OVER", reason, { reason }, { cause: error });
		}
	}

	/**
	 * Runs a body in one transaction.
	 *
	 * @param end Runs at the end of the transaction.
	 * @returns false, having done nothing, when the body asks to run outside one.
	 */
	async function runTogether(body: MigrationBody, end: () => void): Promise<boolean> {
		await using reader = await readStatements(body);
		if (reader.directives.has("no-transaction")) return false;
		own.forget();
		if (reader.directives.has("allow own-tables")) own.allow();
		await attaching(() =>
			transaction(async () => {
				await checkingForeignKeys(() => runInTransaction(connection, reader, watch));
				end();
			}),
		);
		return true;
	}

	/** Nothing can be rolled back, so what cannot be split has to be found before the first statement runs. */
	async function assertReadable(body: MigrationBody): Promise<void> {
		await using reader = await readStatements(body);
		while ((await reader.next()) !== undefined);
	}

	async function runAlone(body: MigrationBody): Promise<void> {
		await using reader = await readStatements(body);
		own.forget();
		await retryWhileBusy(connection, busyTimeoutMs, () => journal.remove());
		await checkingForeignKeys(() =>
			runWithoutTransaction(connection, reader, busyTimeoutMs, async (statement) => {
				await retryWhileBusy(connection, busyTimeoutMs, () => watch(statement));
				if (!state.held || !row.leaseIsDue() || connection.inTransaction) return;
				await inTransaction(connection, config, () => row.fence());
			}),
		);
	}

	return {
		fenced,
		record: (change) => transaction(() => writeAfterBody(change)),
		async run(body) {
			const end = (): void => {
				if (state.held) row.fence();
			};
			if (!config.noTxWrap && (await runTogether(body, end))) return;
			await assertReadable(body);
			await runAlone(body);
		},
		async apply(body, change) {
			if (config.atomic && !config.noTxWrap && (await runTogether(body, () => writeWithBodies(change)))) {
				return "applied";
			}
			await assertReadable(body);
			return "declined";
		},
		together: (change, work) =>
			attaching(() =>
				transaction(async () => {
					own.forget();
					const result = await work(async (body) => {
						await using reader = await readStatements(body);
						if (config.noTxWrap || reader.directives.has("no-transaction")) return "declined";
						if (reader.directives.has("allow own-tables")) own.allow();
						await checkingForeignKeys(() => runInTransaction(connection, reader, watch));
						return "applied";
					});
					writeWithBodies(change);
					return result;
				}),
			),
	};
}
