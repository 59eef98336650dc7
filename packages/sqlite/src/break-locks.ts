import { retryWhileBusy } from "./busy-retry.ts";
import { clearLockFile, describeHolder } from "./lock-file.ts";
import { lockRow } from "./lock-row.ts";
import { inspectOwnedLock } from "./owned-lock.ts";
import type { SqliteConfig } from "./sqlite-config.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { inTransaction } from "./transaction.ts";

/** Clears the lock beside a database file. @returns how many locks were cleared, 0 or 1; `undefined` when it has to stay. */
export async function breakLockFile(
	databasePath: string,
	confirm: (holder: string) => Promise<boolean>,
): Promise<number | undefined> {
	const path = `${databasePath}.lock`;
	const state = inspectOwnedLock(path);
	if (state.state === "free") return 0;
	if (!(await confirm(describeHolder(path, state)))) return undefined;
	return clearLockFile(path, state) ? 1 : 0;
}

/** Clears the migration lock, the row. @returns how many locks were cleared, 0 or 1. */
export async function breakLockRow(
	connection: SqliteConnection,
	config: SqliteConfig,
	confirm: (holder: string) => Promise<boolean>,
): Promise<number> {
	const row = lockRow(connection, `${config.migrationsTable}_lock`, config.lockLeaseMs);
	const holder = await retryWhileBusy(connection, config.busyTimeoutMs, () => row.recordedHolder());
	if (holder === undefined || !(await confirm(`the migration lock is held by ${holder}`))) return 0;
	return inTransaction(connection, { txMode: "immediate", busyTimeoutMs: config.busyTimeoutMs }, () => {
		// While a person was asked, the lock may have passed to somebody who works.
		if (row.recordedHolder() !== holder) return 0;
		row.clear();
		return 1;
	});
}
