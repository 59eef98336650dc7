import {
	type AnalyseOptions,
	type Diagnosis,
	type Driver,
	defineDriver,
	type LockOptions,
	MigrateError,
	type MigrationBody,
} from "@godwit/core";
import type { Analyse, AnalysedDatabase, Correct } from "./analysis.ts";
import { bodyRunner } from "./body-runner.ts";
import type { BorrowedConnection } from "./connection/borrowed-connection.ts";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { DatabaseAccess } from "./connection/database-access.ts";
import type { DatabaseCopies } from "./connection/database-copies.ts";
import { connectionSession } from "./connection/settings/connection-session.ts";
import { withForeignKeysOff } from "./connection/settings/foreign-keys-off.ts";
import { keptJournal } from "./connection/settings/kept-journal.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { readAtOnce } from "./connection/transaction.ts";
import { diagnose } from "./doctor/diagnose.ts";
import { lockRow } from "./lock/lock-row.ts";
import { sqliteLock } from "./lock/sqlite-lock.ts";
import { asksNoStore } from "./statements/asks-no-store.ts";
import { meaning } from "./statements/meaning.ts";
import { reachesBeyond } from "./statements/reaches-beyond.ts";
import { readSchema } from "./structure/read-schema.ts";
import { readStructure } from "./structure/read-structure.ts";
import { dropEverything } from "./tables/drop-everything.ts";
import { historyTable } from "./tables/history-table.ts";
import { LITESTREAM_TABLES } from "./tables/other-tools.ts";
import { recordedState } from "./tables/recorded-state.ts";
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
	readonly examineFile?: (() => readonly Diagnosis[]) | undefined;
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
	const { access, path, config, borrowed, scratch, analysis } = options;
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

	const tools = [migrationsTable, lockTable, `${migrationsTable}_history`, ...LITESTREAM_TABLES];
	const toolTables = new Set(tools.map((name) => name.toLowerCase()));
	const isTool = (table: string): boolean => toolTables.has(table.toLowerCase());

	return defineDriver({ name: path, lockTimeoutMs }, (state) => {
		const session = connectionSession({ access, path, config, borrowed, stays: () => state.kept });
		const lock = sqliteLock({ access, session, state, row, versions, history, journal, path, config });
		const bodies = bodyRunner({
			connection,
			config,
			borrowed: borrowed !== undefined,
			state,
			lock,
			row,
			versions,
			guard,
			history,
			journal,
			session,
			trial: options.trial ?? false,
		});

		const analysed = (openClone: () => SqliteConnection, options: LockOptions): AnalysedDatabase => ({
			...{ config, openClone, isTool },
			read: (work) => session.read(() => readAtOnce(connection, () => work(connection)), options),
		});

		return {
			tryLock: lock.tryLock,
			locked: lock.locked,
			releaseLock: lock.releaseLock,
			version: (options) => session.read(recorded.version, options),
			...(history && {
				history: {
					keepsText: (text: string) => keepsTexts && !asksNoStore(text),
					meaning,
					reachesBeyond,
					read: (options: LockOptions) => session.read(recorded.history, options),
					texts: (id: number) => session.read(() => history.texts(id), {}),
				},
			}),
			structure: (options) => session.read(() => readStructure(connection, isTool), options),
			schema: (options) =>
				session.read(
					() => readAtOnce(connection, () => ({ ...versions.read(), ...readSchema(connection, isTool) })),
					options,
				),
			diagnose: (waiting) =>
				diagnose((read) => session.read(() => readAtOnce(connection, read), waiting), { ...options, connection }),
			missingFile: async () => options.copies?.missingFile(),
			backup: (wanted) =>
				session.write(async () => {
					const copies = copiesOf(options);
					return copies.backup(versions.read().version, wanted);
				}),
			restore: (file, steps) =>
				session.write(async () => {
					const copies = copiesOf(options);
					row.assertMine();
					await retryWhileBusy(connection, config, () => journal.remove());
					await copies.restore(file, steps);
				}),
			rehearsal: ({ directory, ...waiting }) =>
				session.call(async () => copiesOf(options).rehearsal({ directory }, isTool), waiting),
			scratch,
			...(analysis && {
				analyse: (files: readonly MigrationBody[], { rows, ...options }: AnalyseOptions & LockOptions) =>
					analysis.analyse(files, rows === undefined ? {} : { rows }, analysed(analysis.openClone, options)),
				correct: (text: string) => analysis.correct(text, analysed(analysis.openClone, {})),
			}),
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

function copiesOf({ copies, path }: SqliteDriverOptions): DatabaseCopies {
	if (copies !== undefined) return copies;
	const message = `${path} is in memory, and has no file to copy or to replace`;
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "backup" });
}
