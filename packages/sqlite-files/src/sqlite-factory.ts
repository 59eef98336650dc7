import { lstatSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import "@godwit/debug";
import { cleanUpAfter, type Driver, type DriverFactory, MigrateError } from "@godwit/core";
import {
	type Analyse,
	type BorrowedConnection,
	type Correct,
	completeConfig,
	type DatabaseAccess,
	databaseError,
	isBusy,
	openAccess,
	parseDatabaseUrl,
	type SqliteConfig,
	type SqliteConnection,
	type SqliteDriverOptions,
	sqliteDriver,
	type Usability,
	unusableConnectionError,
} from "@godwit/sqlite";
import { absoluteUrl } from "./absolute-url.ts";
import { breakLocks } from "./break-locks.ts";
import type { Connector } from "./connections/connector.ts";
import { sharedByDriversOver } from "./connections/lent-connections.ts";
import type { SqliteLibrary } from "./connections/library.ts";
import { memoryConnection } from "./connections/memory-connection.ts";
import { scratchConnection } from "./connections/scratch-connection.ts";
import { databaseCopies } from "./copies/database-copies.ts";
import { examineFile } from "./doctor/examine-file.ts";
import { type FileAccess, fileAccess } from "./files/file-access.ts";
import { cannotOpen } from "./files/file-errors.ts";
import { identityOf } from "./files/identity.ts";
import { realDatabasePath } from "./files/real-path.ts";
import { assertReadsSql, connect, connectorOf, type SqliteBinding } from "./sqlite-binding.ts";

/** The factory of a SQLite backend: a driver by URL, and one over a database that is open already. */
export interface SqliteFactory<Database extends object> extends Required<DriverFactory> {
	/**
	 * Makes a driver of the caller's open database, with the functions that the caller defined on it. Go: WithInstance.
	 *
	 * Between two calls the connection's settings are as the caller left them, and `close` leaves it open. The caller
	 * runs nothing on it while a call is under way. Several drivers over it, each with a `migrationsTable` of its own, take
	 * turns: `lock` and `version` wait for another driver's call until the lock timeout, what writes until the busy timeout.
	 *
	 * @throws MigrateError `ERR_INVALID_OPTION`; `ERR_DATABASE` for a closed database, and for a file that was opened through a
	 *   symbolic link by a library that does not follow links.
	 */
	withInstance(database: Database, options?: Partial<SqliteConfig>): Driver;
}

/** Loaded when it is asked for, as most runs do without. */
const analyse: Analyse = async (...args) => (await import("@godwit/sqlite-analysis")).analyse(...args);

const correct: Correct = async (...args) => (await import("@godwit/sqlite-analysis")).correctText(...args);

/** A database in a file. */
interface DatabaseFile {
	readonly access: FileAccess;
	/** Its real path. */
	readonly path: string;
	readonly library: SqliteLibrary;
}

/** What differs between the drivers over an access. */
interface DriverOver {
	readonly borrowed?: BorrowedConnection;
	readonly file?: DatabaseFile;
	/** Whether migrations are only tried on the database. */
	readonly trial?: boolean;
}

/** Makes a backend of a binding. Its connections use a database file only while others are kept off it. */
export function sqliteFactory<Database extends object>(binding: SqliteBinding<Database>): SqliteFactory<Database> {
	const library: SqliteLibrary = { name: binding.name, locks: binding.locks ?? "posix", copy: binding };

	function accessTo(path: string, config: SqliteConfig, use: "read" | "write" = "write"): FileAccess {
		const connector = connectorOf(binding, library, config);
		const { connect, connectReadOnly = connect } = connector;
		return openFileAccess(path, use === "read" ? { ...connector, connect: connectReadOnly } : connector, config);
	}

	function driverOver(
		access: DatabaseAccess,
		path: string,
		config: SqliteConfig,
		{ borrowed, file, trial }: DriverOver = {},
	): Driver {
		const scratch = async (): Promise<Driver> => {
			const empty = scratchConnection(connect(binding, ":memory:", config));
			return driverOver(openAccess(empty), "the database where something is tried", config, { trial: true });
		};
		const { connectClone } = binding;
		const openClone = connectClone && (() => scratchConnection(connectClone.call(binding, config)));
		const analysis = openClone && { analyse, correct, openClone };
		const inMemory = (): SqliteConnection =>
			scratchConnection(connect(binding, ":memory:", { ...config, doubleQuotedStrings: false }));
		return sqliteDriver({
			access,
			path,
			config,
			borrowed,
			trial,
			scratch,
			inMemory,
			analysis,
			...(file && ofFile(file, config)),
		});
	}

	/** What only a driver of a file has. */
	function ofFile(
		{ access, path, library }: DatabaseFile,
		config: SqliteConfig,
	): Pick<SqliteDriverOptions, "copies" | "examineFile"> {
		const copies = databaseCopies({
			access,
			path,
			config,
			library,
			isOwnCopy: library.copy === binding,
			accessTo: (other, use) => accessTo(other, config, use),
			connect: (copy) => connect(binding, copy, config),
			driverOver: (connection, copy) => driverOver(openAccess(connection), copy, config, { trial: true }),
		});
		return { copies, examineFile: () => examineFile(path) };
	}

	return {
		async open(url) {
			const { path, config } = parseDatabaseUrl(url);
			assertReadsSql(binding, config, "x-double-quoted-strings");
			const realPath = path === ":memory:" ? path : usablePath(path);
			binding.assertUsable?.(realPath);
			if (path === ":memory:")
				return driverOver(openAccess(memoryConnection(connect(binding, path, config))), path, config);
			const access = accessTo(realPath, config);
			try {
				await probe(access);
				return driverOver(access, path, config, { file: { access, path: realPath, library } });
			} catch (error) {
				const failure = cannotOpen(path, databaseError(access.connection, path, error));
				throw await cleanUpAfter(failure, access.close);
			}
		},
		async breakLocks(url, confirm) {
			const { path, config } = parseDatabaseUrl(url);
			assertReadsSql(binding, config, "x-double-quoted-strings");
			if (path === ":memory:") return 0;
			const realPath = usablePath(path);
			binding.assertUsable?.(realPath);
			const access = accessTo(realPath, config);
			try {
				return await breakLocks(access, realPath, config, confirm);
			} catch (error) {
				throw databaseError(access.connection, path, error);
			} finally {
				await access.close();
			}
		},
		takesPaths: true,
		absoluteUrl: async (url, folder) => absoluteUrl(url, folder),
		identityOf: async (url) => identityOf(url),
		withInstance(database, options = {}) {
			const config = completeConfig(options);
			assertReadsSql(binding, config, "doubleQuotedStrings");
			const usability = (): Usability => binding.usability(database);
			if (usability() === "closed") throw unusableConnectionError("the database", "closed");
			const borrowed = binding.borrow(database, config);
			const path = pathOf(borrowed);
			const shared: BorrowedConnection = { ...sharedByDriversOver(database), usability };
			if (path === undefined)
				return driverOver(openAccess(memoryConnection(borrowed)), "the database", config, { borrowed: shared });
			const lent: SqliteLibrary = { ...library, copy: binding.copyOf?.(database) ?? binding };
			const real = realDatabasePath(path);
			if (library.locks === "folder" && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
				const message = `${path} is a symbolic link, and ${binding.name} names journal and lock after it; open ${real} itself`;
				throw new MigrateError("ERR_DATABASE", message, {});
			}
			const connector = { ...connectorOf(binding, lent, config), borrowed };
			const access = openFileAccess(real, connector, config);
			return driverOver(access, "the database", config, {
				borrowed: shared,
				file: { access, path: real, library: lent },
			});
		},
	};
}

/** Fails also when the system does not show where this process runs, which has to be known to take a lock. */
function openFileAccess(path: string, connector: Connector, { lockLeaseMs, lockTimeoutMs }: SqliteConfig): FileAccess {
	try {
		return fileAccess({ path, connector, leaseMs: lockLeaseMs, lockTimeoutMs });
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}

/** SQLite opens lazily, so a file that is not a database fails only with the first read. A busy database is no error here: later calls wait. */
async function probe(access: FileAccess): Promise<void> {
	try {
		await access.read(() => access.connection.query("PRAGMA schema_version"));
	} catch (error) {
		if (!isBusy(access.connection, error)) throw error;
	}
}

/** Asks SQLite, since the name that the caller used can be relative to an earlier current folder. Does not read the file. */
function pathOf(connection: SqliteConnection): string | undefined {
	const file = connection.query("PRAGMA database_list").find(({ name }) => name === "main")?.file;
	return typeof file === "string" && file !== "" ? file : undefined;
}

/** The path without symbolic links, as bindings take it. */
function usablePath(path: string): string {
	try {
		assertUsablePath(path);
		return realDatabasePath(path);
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}

/** For each of these SQLite itself says no more than "unable to open database file". */
function assertUsablePath(path: string): void {
	const folder = dirname(resolve(path));
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
		throw new MigrateError("ERR_DATABASE", `cannot open ${path}: there is no folder ${folder}; make it first`, {});
	}
	if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
		throw new MigrateError("ERR_DATABASE", `cannot open ${path}: it is a folder; name a file in it`, {});
	}
}
