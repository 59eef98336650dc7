import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Driver, type DriverFactory, isMigrateError, MigrateError } from "@godwit/core";
import { breakLockFile, breakLockRow } from "./break-locks.ts";
import { parseDatabaseUrl } from "./database-url.ts";
import { realDatabasePath } from "./lock-file.ts";
import { completeConfig, type SqliteConfig } from "./sqlite-config.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { sqliteDriver } from "./sqlite-driver.ts";
import { databaseError } from "./sqlite-error.ts";

/** What a binding package fills in. */
export interface SqliteBinding<Database> {
	/** Opens a file, made when it does not exist, or `:memory:`. */
	connect(path: string): Promise<SqliteConnection>;
	/** Makes a connection of a database that the caller has open and that its `close` leaves open. */
	borrow(database: Database): SqliteConnection;
}

/** The factory of a SQLite backend: a driver by URL, and one over a database that is open already. */
export interface SqliteFactory<Database> extends Required<DriverFactory> {
	/**
	 * Makes a driver of the caller's open database, with the functions that the caller defined on it. Go: WithInstance.
	 *
	 * Between two calls the connection's settings are as the caller left them, and `close` leaves it open. The caller
	 * runs nothing on it while a call is under way.
	 *
	 * @throws MigrateError `ERR_INVALID_OPTION`.
	 */
	withInstance(database: Database, options?: Partial<SqliteConfig>): Driver;
}

/** Makes a backend of a binding. */
export function sqliteFactory<Database>(binding: SqliteBinding<Database>): SqliteFactory<Database> {
	return {
		async open(url) {
			const { path, config } = parseDatabaseUrl(url);
			const connection = await connect(binding, usablePath(path));
			try {
				const driver = sqliteDriver({ connection, path, config, borrowed: false });
				// SQLite opens lazily: what is not a database shows with the first read.
				await driver.version();
				return driver;
			} catch (error) {
				connection.close();
				throw error;
			}
		},
		async breakLocks(url, confirm) {
			const { path, config } = parseDatabaseUrl(url);
			if (path === ":memory:") return 0;
			const realPath = usablePath(path);
			const cleared = await breakLockFile(realPath, confirm);
			// The row cannot be read while that lock stays.
			if (cleared === undefined) return 0;
			const connection = await connect(binding, realPath);
			try {
				return cleared + (await breakLockRow(connection, config, confirm));
			} catch (error) {
				throw databaseError(connection, path, error);
			} finally {
				connection.close();
			}
		},
		withInstance(database, options = {}) {
			const connection = binding.borrow(database);
			return sqliteDriver({ connection, path: "the database", config: completeConfig(options), borrowed: true });
		},
	};
}

async function connect<Database>(binding: SqliteBinding<Database>, path: string): Promise<SqliteConnection> {
	try {
		return await binding.connect(path);
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}

function cannotOpen(path: string, cause: unknown): MigrateError {
	if (isMigrateError(cause)) return cause;
	const reason = cause instanceof Error ? cause.message : String(cause);
	const message = `cannot open ${path}: ${reason}; check the path and the permissions of the file`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

/** The path as bindings take it: of the file itself, wherever symbolic links lead. */
function usablePath(path: string): string {
	if (path === ":memory:") return path;
	try {
		assertUsablePath(path);
		return realDatabasePath(path);
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}

/** SQLite says "unable to open database file" to each of these. */
function assertUsablePath(path: string): void {
	const folder = dirname(resolve(path));
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
		throw new MigrateError("ERR_DATABASE", `cannot open ${path}: there is no folder ${folder}; make it first`, {});
	}
	if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
		throw new MigrateError("ERR_DATABASE", `cannot open ${path}: it is a folder; name a file in it`, {});
	}
}
