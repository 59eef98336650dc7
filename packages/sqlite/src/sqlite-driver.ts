import { type Diagnosis, type Driver, defineDriver } from "@godwit/core";
import type { Analyse, Correct } from "./analysis.ts";
import { bodyRunner } from "./bodies/body-runner.ts";
import type { BorrowedConnection } from "./connection/borrowed-connection.ts";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { DatabaseAccess } from "./connection/database-access.ts";
import type { DatabaseCopies } from "./connection/database-copies.ts";
import { connectionSession } from "./connection/settings/connection-session.ts";
import { withForeignKeysOff } from "./connection/settings/foreign-keys-off.ts";
import { keptJournal } from "./connection/settings/kept-journal.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { driverAnalysis } from "./driver/driver-analysis.ts";
import { driverCopies } from "./driver/driver-copies.ts";
import { driverHistory } from "./driver/driver-history.ts";
import { driverReports } from "./driver/driver-reports.ts";
import { lockRow } from "./lock/lock-row.ts";
import { sqliteLock } from "./lock/sqlite-lock.ts";
import { dropEverything } from "./tables/drop-everything.ts";
import { historyTable } from "./tables/history-table.ts";
import { recordedState } from "./tables/recorded-state.ts";
import { toolTables } from "./tables/tool-tables.ts";
import { versionGuard } from "./tables/version-guard.ts";
import { versionTable } from "./tables/version-table.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

export interface SqliteDriverOptions {
	readonly access: DatabaseAccess;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
	/** Opens an empty database in memory, with the same settings. */
	readonly scratch: () => Promise<Driver>;
	/** What tells the effects of migrations, and the empty database in memory on which it tries them, see `AnalysedDatabase.openClone`. */
	readonly analysis?:
		| { readonly analyse: Analyse; readonly correct: Correct; readonly openClone: () => SqliteConnection }
		| undefined;
	/** Opens an empty database in memory that reads double quotes as names alone. */
	readonly inMemory: () => SqliteConnection;
	/** Missing for a database in memory. */
	readonly copies?: DatabaseCopies | undefined;
	/** Looks at the file and those beside it; missing for a database in memory. */
	readonly examineFile?: (() => Promise<readonly Diagnosis[]>) | undefined;
	/** Whether the database is one of the driver's own, on which migrations are only tried. Default false. */
	readonly trial?: boolean | undefined;
	/** Given for a connection of the caller's, and the same for all drivers over it. Between two calls its settings are as the caller left them. */
	readonly borrowed?: BorrowedConnection | undefined;
}

/**
 * A driver that has what SQLite can do; `history` is missing when the configuration turns it off, `analyse` and `correct`
 * without `SqliteDriverOptions.analysis`.
 */
export type SqliteDriver = Required<Omit<Driver, "history" | "ready" | "analyse" | "correct">> &
	Pick<Driver, "history" | "analyse" | "correct">;

/** The driver for SQLite, whatever the binding. */
export function sqliteDriver(options: SqliteDriverOptions): SqliteDriver {
	const { access, path, config, borrowed, scratch, analysis, trial = false } = options;
	const { connection, holders } = access;
	const { migrationsTable, lockTimeoutMs, lockLeaseMs } = config;
	const lockTable = `${migrationsTable}_lock`;
	const versions = versionTable(connection, migrationsTable);
	const row = lockRow(connection, lockTable, lockLeaseMs, holders);
	const guard = versionGuard({ connection, migrationsTable, lockTable, versions, row, holders });
	const journal = keptJournal(access);
	const keepsTexts = config.history === "full";
	const history =
		config.history === "off" ? undefined : historyTable(connection, `${migrationsTable}_history`, keepsTexts);
	const recorded = recordedState(connection, versions, history);
	const isTool = toolTables(migrationsTable);

	return defineDriver({ name: path, lockTimeoutMs }, (state) => {
		const session = connectionSession({ access, path, config, borrowed, stays: () => state.kept });
		const lock = sqliteLock({ access, session, state, row, versions, history, journal, path, config });
		const isBorrowed = borrowed !== undefined;
		const tables = { row, versions, guard, history, journal };
		const bodies = bodyRunner({ connection, config, borrowed: isBorrowed, state, lock, ...tables, session, trial });

		return {
			tryLock: lock.tryLock,
			locked: lock.locked,
			releaseLock: lock.releaseLock,
			version: (options) => session.read(recorded.version, options),
			...(history && { history: driverHistory({ session, history, recorded, keepsTexts }) }),
			...driverReports({ ...options, connection, session, versions, isTool }),
			...driverCopies({ ...options, connection, session, versions, row, journal, isTool }),
			...(analysis && driverAnalysis({ ...analysis, connection, config, session, isTool })),
			scratch,
			lastToken: () => session.read(() => row.lastToken(), {}),
			setVersion: (change) => session.write(() => bodies.record(change)),
			run: (body) => session.write(() => bodies.run(body)),
			apply: (body, change, rounds) => session.write(() => bodies.apply(body, change, rounds)),
			transaction: (change, work) => session.write(() => bodies.together(change, work)),
			drop: () =>
				session.write(async () => {
					const keep = state.held ? lockTable : undefined;
					await withForeignKeysOff(connection, () => bodies.fenced(() => dropEverything(connection, keep)));
					lock.forgetTables();
					await retryWhileBusy(connection, config, () => connection.run("VACUUM"));
				}),
			close: () => access.close(),
		};
	});
}
