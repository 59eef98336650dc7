import "@godwit/debug";
import { cleanUpAfter, type Driver, type DriverFactory } from "@godwit/core";
import {
	completeConfig,
	databaseError,
	isBusy,
	isDamage,
	openAccess,
	parseDatabaseUrl,
	type SqliteConfig,
} from "@godwit/sqlite";
import { absoluteUrl } from "./absolute-url.ts";
import { breakLocks } from "./break-locks.ts";
import type { SqliteLibrary } from "./connections/library/library.ts";
import { memoryConnection } from "./connections/memory-connection.ts";
import { driverOverLent } from "./drivers/driver-over-lent.ts";
import { driversOf } from "./drivers/drivers-of.ts";
import type { FileAccess } from "./files/file-access.ts";
import { cannotOpen } from "./files/file-errors.ts";
import { identityOf } from "./files/names/identity.ts";
import { usablePath } from "./files/usable-path.ts";
import { assertReadsSql, connect, type SqliteBinding } from "./sqlite-binding.ts";

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

/** Makes a backend of a binding. Its connections use a database file only while others are kept off it. */
export function sqliteFactory<Database extends object>(binding: SqliteBinding<Database>): SqliteFactory<Database> {
	const library: SqliteLibrary = { name: binding.name, locks: binding.locks ?? "posix", copy: binding };
	const drivers = driversOf(binding, library);

	return {
		async open(url) {
			const { path, config } = parseDatabaseUrl(url);
			assertReadsSql(binding, config, "x-double-quoted-strings");
			const realPath = path === ":memory:" ? path : usablePath(path);
			binding.assertUsable?.(realPath);
			if (path === ":memory:")
				return drivers.over(openAccess(memoryConnection(connect(binding, path, config))), path, config);
			const access = drivers.accessTo(realPath, config);
			try {
				await probe(access);
				return drivers.over(access, path, config, { file: { access, path: realPath, library } });
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
			const access = drivers.accessTo(realPath, config);
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
			return driverOverLent({ binding, library, drivers }, database, config);
		},
	};
}

/** SQLite opens lazily, so a file that is not a database fails only with the first read. A busy database is no error here: later calls wait. Nor is a damaged one, which the doctor opens too: the call that needs it fails. */
async function probe(access: FileAccess): Promise<void> {
	try {
		await access.read(() => access.connection.query("PRAGMA schema_version"));
	} catch (error) {
		if (!isBusy(access.connection, error) && !isDamage(access.connection, error)) throw error;
	}
}
