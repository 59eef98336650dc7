import { type Driver, defineDriver } from "@godwit/core";
import { bodyRunner } from "./body-runner.ts";
import { retryWhileBusy } from "./connection/busy-retry.ts";
import { connectionSession } from "./connection/connection-session.ts";
import type { DatabaseAccess } from "./connection/database-access.ts";
import { withForeignKeysOff } from "./connection/foreign-keys-off.ts";
import { keptJournal } from "./connection/kept-journal.ts";
import { lockRow } from "./lock/lock-row.ts";
import { sqliteLock } from "./lock/sqlite-lock.ts";
import { dropEverything } from "./tables/drop-everything.ts";
import { versionGuard } from "./tables/version-guard.ts";
import { versionTable } from "./tables/version-table.ts";
import type { SqliteConfig } from "./url/sqlite-config.ts";

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
	const { connection, holders } = access;
	const { migrationsTable, lockTimeoutMs, lockLeaseMs, busyTimeoutMs } = config;
	const lockTable = `${migrationsTable}_lock`;
	const versions = versionTable(connection, migrationsTable);
	const row = lockRow(connection, lockTable, lockLeaseMs, holders);
	const guard = versionGuard({ connection, migrationsTable, lockTable, versions, row, holders });
	const journal = keptJournal(access);

	return defineDriver({ name: path, lockTimeoutMs }, (state) => {
		const session = connectionSession({ access, path, config, borrowed, stays: () => state.kept });
		const lock = sqliteLock({ access, session, state, row, versions, journal, path, config });
		const bodies = bodyRunner({ connection, config, borrowed, state, lock, row, versions, guard, journal, session });

		return {
			tryLock: lock.tryLock,
			locked: lock.locked,
			releaseLock: lock.releaseLock,
			version: (options) => session.read(() => versions.read(), options),
			lastToken: () => session.read(() => row.lastToken(), {}),
			setVersion: (change) => session.write(() => bodies.record(change)),
			run: (body) => session.write(() => bodies.run(body)),
			apply: (body, change) => session.write(() => bodies.apply(body, change)),
			transaction: (change, work) => session.write(() => bodies.together(change, work)),
			drop: () =>
				session.write(async () => {
					const keep = state.held ? lockTable : undefined;
					await withForeignKeysOff(connection, () => bodies.fenced(() => dropEverything(connection, keep)));
					lock.forgetTables();
					await retryWhileBusy(connection, busyTimeoutMs, () => connection.run("VACUUM"));
				}),
			close: () => access.close(),
		};
	});
}
