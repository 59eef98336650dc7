import { cleanUpAfter, type Driver, isMigrateError, type LockOptions, MigrateError, type Version } from "@godwit/core";
import createDebug from "debug";
import { bodyRunner } from "./body-runner.ts";
import { callFrame } from "./call-frame.ts";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { DatabaseAccess } from "./connection/database-access.ts";
import { setJournalMode } from "./connection/journal-mode.ts";
import { keptJournal } from "./connection/kept-journal.ts";
import { lockRow } from "./lock/lock-row.ts";
import { migrationLock } from "./lock/migration-lock.ts";
import { dropEverything } from "./tables/drop-everything.ts";
import { versionTable } from "./tables/version-table.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

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
	const { busyTimeoutMs } = config;
	const lockTable = `${config.migrationsTable}_lock`;
	const versions = versionTable(connection, config.migrationsTable);
	const row = lockRow(connection, lockTable, config.lockLeaseMs, access.holders);
	const journal = keptJournal(access);
	const lock = migrationLock({ access, frame: () => frame, row, versions, journal, path, config });
	const frame = callFrame({ access, path, config, borrowed, stays: () => lock.stays, settle: lock.settle });
	const bodies = bodyRunner({ connection, config, borrowed, lock, row, versions, journal, frame });
	const closing = new AbortController();
	let closed = false;

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
					await setJournalMode(connection, path, config);
				} catch (error) {
					throw await cleanUpAfter(error, lock.release);
				}
			}),

		unlock: () => frame.call(lock.release),

		version: (options = {}) => frame.read(() => versions.read(), waiting(options)),

		setVersion: (version: Version, dirty: boolean) =>
			frame.write(() =>
				bodies.fenced(() => {
					versions.create();
					versions.write(version, dirty);
				}),
			),

		run: (body) => frame.write(() => bodies.run(body)),

		apply: (body, version) => frame.write(() => bodies.apply(body, version)),

		transaction: (work) => frame.write(() => bodies.fenced(() => frame.nest(work))),

		drop: () =>
			frame.write(async () => {
				await bodies.fenced(() => dropEverything(connection, lock.held ? lockTable : undefined));
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
