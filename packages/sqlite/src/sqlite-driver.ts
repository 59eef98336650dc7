import { type Driver, isMigrateError, MigrateError, suppress, type Version } from "@godwit/core";
import createDebug from "debug";
import { retryWhileBusy } from "./busy-retry.ts";
import {
	type ConnectionState,
	changesConnection,
	readConnectionState,
	readSettings,
	restoreConnectionState,
	type Settings,
	writeSettings,
} from "./connection-state.ts";
import { dropEverything } from "./drop-everything.ts";
import { assertNoNewViolations, foreignKeyViolations } from "./foreign-key-check.ts";
import { changeJournalMode } from "./journal-mode.ts";
import { keptJournal } from "./kept-journal.ts";
import { lockRow } from "./lock-row.ts";
import { readStatements } from "./read-statements.ts";
import { runInTransaction, runWithoutTransaction } from "./run-body.ts";
import type { SqliteConfig } from "./sqlite-config.ts";
import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";
import { databaseError } from "./sqlite-error.ts";
import type { Statement } from "./statement-splitter.ts";
import { inTransaction } from "./transaction.ts";
import { optsOutOfTransaction } from "./transaction-control.ts";
import { versionTable } from "./version-table.ts";
import { waitForLock } from "./wait-for-lock.ts";

const debug = createDebug("godwit:sqlite");

export interface SqliteDriverOptions {
	readonly connection: SqliteConnection;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** The caller's own connection: between two calls its settings are as the caller left them. */
	readonly borrowed: boolean;
}

/** The driver for SQLite, whatever the binding. */
export function sqliteDriver({ connection, path, config, borrowed }: SqliteDriverOptions): Required<Driver> {
	const { busyTimeoutMs, lockTimeoutMs } = config;
	const lockTable = `${config.migrationsTable}_lock`;
	const versions = versionTable(connection, config.migrationsTable);
	const row = lockRow(connection, lockTable, config.lockLeaseMs);
	const journal = keptJournal(connection);
	let held = false;
	let dropped = false;
	let closed = false;
	// Calls made inside `transaction` belong to it.
	let depth = 0;
	let prepared = false;
	/** The connection's state before the first statement of a body that may have changed it, until it is restored. */
	let beforeChange: ConnectionState | undefined;
	/** The caller's settings, until they are given back. */
	let theirs: Settings | undefined;

	/** Every method's frame: what holds for all of them before, after, and when they fail. */
	async function use<T>(work: () => T | Promise<T>): Promise<T> {
		if (closed) throw new MigrateError("ERR_CLOSED", `the driver of ${path} is closed`, undefined);
		const outermost = depth++ === 0;
		let result: T;
		try {
			if (outermost) await begin();
			result = await work();
		} catch (error) {
			const failure = databaseError(connection, path, error);
			try {
				if (outermost) await giveBack();
			} catch (restoreError) {
				throw suppress(failure, restoreError);
			}
			throw failure;
		} finally {
			depth--;
		}
		if (outermost) await giveBack();
		return result;
	}

	/**
	 * Makes the connection what a migration begins with. Our own is restored here and not after the body that changed
	 * it, when a failure to do so would look like the failure of what has been committed.
	 */
	async function begin(): Promise<void> {
		if (borrowed) assertOutsideTransaction();
		await restoreChanged();
		if (borrowed || !prepared) await retryWhileBusy(connection, busyTimeoutMs, prepareConnection);
	}

	async function giveBack(): Promise<void> {
		const settings = theirs;
		if (settings === undefined) return;
		await restoreChanged();
		await retryWhileBusy(connection, busyTimeoutMs, () => writeSettings(connection, settings));
		theirs = undefined;
	}

	async function restoreChanged(): Promise<void> {
		const state = beforeChange;
		if (state === undefined) return;
		await retryWhileBusy(connection, busyTimeoutMs, () => restoreConnectionState(connection, state));
		beforeChange = undefined;
	}

	/** In the caller's own transaction foreign keys could not be switched off, nor a failure be rolled back. */
	function assertOutsideTransaction(): void {
		if (!connection.inTransaction) return;
		const message = `${path} is inside a transaction of the application's; commit it or roll it back first`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}

	function prepareConnection(): void {
		const ours = migrationSettings(config);
		// What was busy half-way, or could not be given back, is done again, when the settings are ours in part.
		if (borrowed) theirs ??= readSettings(connection, ours.keys());
		writeSettings(connection, ours);
		prepared = true;
	}

	/** Called before a statement of a body runs. */
	function watch(statement: Statement): void {
		if (changesConnection(statement)) beforeChange ??= readConnectionState(connection);
	}

	/** Runs `work` in one transaction, which whoever has lost the lock cannot commit. */
	async function fenced<T>(work: () => T | Promise<T>): Promise<T> {
		if (held && !borrowed && config.journalMode === undefined) {
			await retryWhileBusy(connection, busyTimeoutMs, () => journal.keep());
		}
		return inTransaction(connection, config, () => {
			if (held) row.fence();
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

	async function tryLock(): Promise<string | undefined> {
		const holder = row.holder();
		if (holder !== undefined) return holder;
		return inTransaction(connection, { txMode: "immediate", busyTimeoutMs: 0 }, () => {
			const winner = row.holder();
			if (winner !== undefined) return winner;
			versions.create();
			row.take();
			return undefined;
		});
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

	async function release(): Promise<void> {
		try {
			await retryWhileBusy(connection, busyTimeoutMs, () => journal.remove());
			const mode = { txMode: "immediate", busyTimeoutMs } as const;
			await inTransaction(connection, mode, () => (dropped ? row.remove() : row.release()));
		} catch (error) {
			// Still held: a later call may succeed.
			if (isMigrateError(error, "ERR_BUSY")) throw error;
			held = false;
			dropped = false;
			throw error;
		}
		held = false;
		dropped = false;
	}

	const driver: Required<Driver> = {
		lock: ({ timeoutMs = lockTimeoutMs, signal } = {}) =>
			use(async () => {
				if (held) throw new MigrateError("ERR_LOCKED", "this instance holds the migration lock already", undefined);
				await waitForLock(connection, path, tryLock, { timeoutMs, signal });
				held = true;
				try {
					await setJournalMode();
				} catch (error) {
					await release();
					throw error;
				}
				debug("locked %s", path);
			}),

		unlock: () =>
			use(async () => {
				if (!held)
					throw new MigrateError("ERR_NOT_LOCKED", "this instance does not hold the migration lock", undefined);
				await release();
				debug("unlocked %s", path);
			}),

		version: () => use(() => retryWhileBusy(connection, busyTimeoutMs, () => versions.read())),

		setVersion: (version: Version, dirty: boolean) =>
			use(() =>
				fenced(() => {
					versions.create();
					versions.write(version, dirty);
				}),
			),

		run: (body) =>
			use(async () => {
				await using reader = await readStatements(body);
				if (!config.noTxWrap && !optsOutOfTransaction(reader.leadingComments)) {
					await fenced(() => checkingForeignKeys(() => runInTransaction(connection, reader, watch)));
					return;
				}
				// Nothing could be rolled back, so what cannot be split has to be found before the first statement runs.
				while ((await reader.next()) !== undefined);
				await using again = await readStatements(body);
				await retryWhileBusy(connection, busyTimeoutMs, () => journal.remove());
				await checkingForeignKeys(() =>
					runWithoutTransaction(connection, again, busyTimeoutMs, async (statement) => {
						await retryWhileBusy(connection, busyTimeoutMs, () => watch(statement));
						if (!held || !row.leaseIsDue() || connection.inTransaction) return;
						await inTransaction(connection, config, () => row.fence());
					}),
				);
			}),

		apply: (body, version) =>
			use(async () => {
				if (config.noTxWrap || !config.atomic) return "declined";
				await using reader = await readStatements(body);
				if (optsOutOfTransaction(reader.leadingComments)) return "declined";
				await fenced(async () => {
					// Made with the lock.
					if (!held || dropped) versions.create();
					await checkingForeignKeys(() => runInTransaction(connection, reader, watch));
					versions.write(version, false);
				});
				return "applied";
			}),

		transaction: (work) => use(() => fenced(work)),

		drop: () =>
			use(async () => {
				await fenced(() => dropEverything(connection, held ? lockTable : undefined));
				dropped = held;
				if (connection.inTransaction) return;
				await retryWhileBusy(connection, busyTimeoutMs, () => connection.exec("VACUUM"));
			}),

		async close() {
			if (closed) return;
			try {
				if (held) await driver.unlock();
			} finally {
				closed = true;
				connection.close();
			}
		},

		[Symbol.asyncDispose]: () => driver.close(),
	};
	return driver;
}

/**
 * What the driver needs of its connection: foreign keys as configured, because `PRAGMA foreign_keys` does nothing
 * inside a transaction (https://sqlite.org/pragma.html#pragma_foreign_keys), and no busy handler, because SQLite's own
 * blocks the event loop.
 */
function migrationSettings({ foreignKeys, synchronous }: SqliteConfig): Settings {
	const settings = new Map<string, SqlValue>([
		["busy_timeout", 0n],
		["foreign_keys", foreignKeys ? 1n : 0n],
	]);
	if (synchronous !== undefined) settings.set("synchronous", SYNCHRONOUS[synchronous]);
	return settings;
}

/** @see https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = { off: 0n, normal: 1n, full: 2n, extra: 3n };
