import {
	cleanUpAfter,
	type Driver,
	isMigrateError,
	type LockOptions,
	MigrateError,
	type MigrationBody,
	type Version,
	withBackoff,
} from "@godwit/core";
import createDebug from "debug";
import { retryWhileBusy } from "./busy-retry.ts";
import { callFrame } from "./call-frame.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { dropEverything } from "./drop-everything.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./foreign-key-check.ts";
import { changeJournalMode } from "./journal-mode.ts";
import { keptJournal } from "./kept-journal.ts";
import { lockRow } from "./lock-row.ts";
import { migrationLock } from "./migration-lock.ts";
import { readStatements } from "./read-statements.ts";
import { runInTransaction, runWithoutTransaction } from "./run-body.ts";
import type { SqliteConfig } from "./sqlite-config.ts";
import { heldAttachedFile } from "./sqlite-error.ts";
import { inTransaction } from "./transaction.ts";
import { optsOutOfTransaction } from "./transaction-control.ts";
import { versionTable } from "./version-table.ts";

const debug = createDebug("godwit:sqlite");

export interface SqliteDriverOptions {
	readonly access: DatabaseAccess;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** The caller's own connection: between two calls its settings are as the caller left them. */
	readonly borrowed: boolean;
}

/** The driver for SQLite, whatever the binding. */
export function sqliteDriver({ access, path, config, borrowed }: SqliteDriverOptions): Required<Driver> {
	const { connection } = access;
	const { busyTimeoutMs, lockTimeoutMs } = config;
	const lockTable = `${config.migrationsTable}_lock`;
	const versions = versionTable(connection, config.migrationsTable);
	const row = lockRow(connection, lockTable, config.lockLeaseMs, access.holders);
	const journal = keptJournal(access);
	const lock = migrationLock({ access, frame: () => frame, row, versions, journal, path, config });
	const frame = callFrame({ access, path, config, borrowed, stays: () => lock.stays, settle: lock.settle });
	const closing = new AbortController();
	let closed = false;

	/** Runs `work` in one transaction, which whoever has lost the lock cannot commit. */
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

	async function setJournalMode(): Promise<void> {
		const { journalMode } = config;
		if (journalMode === undefined) return;
		const mode = await retryWhileBusy(connection, busyTimeoutMs, () => changeJournalMode(connection, journalMode));
		if (mode === journalMode) return;
		throw new MigrateError(
			"ERR_INVALID_OPTION",
			`${path} cannot be changed to x-journal-mode=${journalMode}; it stays in ${mode}`,
			{ option: "x-journal-mode", value: journalMode },
		);
	}

	/** `close` ends every waiting. */
	function waiting(options: LockOptions): LockOptions {
		const signals = options.signal === undefined ? [] : [options.signal];
		return { ...options, signal: AbortSignal.any([...signals, closing.signal]) };
	}

	const driver: Required<Driver> = {
		lock: (options = {}) =>
			frame.call(async () => {
				await lock.take(waiting(options));
				try {
					if (access.notice !== undefined) options.onNotice?.(access.notice);
					await setJournalMode();
				} catch (error) {
					throw await cleanUpAfter(error, lock.release);
				}
			}),

		unlock: () => frame.call(lock.release),

		version: (options = {}) => frame.read(() => versions.read(), waiting(options)),

		setVersion: (version: Version, dirty: boolean) =>
			frame.write(() =>
				fenced(() => {
					versions.create();
					versions.write(version, dirty);
				}),
			),

		run: (body) =>
			frame.write(async () => {
				if (config.noTxWrap || !(await startingOver(() => runTogether(body)))) await runAlone(body);
			}),

		apply: (body, version) =>
			frame.write(async () => {
				if (config.noTxWrap || !config.atomic) return "declined";
				return (await startingOver(() => runTogether(body, version))) ? "applied" : "declined";
			}),

		transaction: (work) => frame.write(() => fenced(() => frame.nest(work))),

		drop: () =>
			frame.write(async () => {
				await fenced(() => dropEverything(connection, lock.held ? lockTable : undefined));
				lock.forgetTables();
				if (connection.inTransaction) return;
				await retryWhileBusy(connection, busyTimeoutMs, () => connection.run("VACUUM"));
			}),

		async close() {
			if (closed) return;
			closed = true;
			closing.abort(new MigrateError("ERR_CLOSED", `the driver of ${path} was closed`, undefined));
			let { held } = lock;
			try {
				await frame.call(async () => {
					held = lock.held;
					if (lock.stays) await lock.release();
				});
			} catch (error) {
				// A holder that has ended is dead to everybody, so a row that stays keeps nobody out. Whoever called `unlock` was told.
				if (held && !isMigrateError(error, "ERR_BUSY")) throw error;
				debug("closing %s without having freed the lock row: %s", path, error);
			} finally {
				frame.end();
				await access.close();
			}
		},

		[Symbol.asyncDispose]: () => driver.close(),
	};
	return driver;
}
