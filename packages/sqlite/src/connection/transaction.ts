import { suppress } from "@godwit/core";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { retryWhileBusy } from "./busy-retry.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/**
 * Runs `work` in one transaction, or in the one that is open already.
 *
 * `BEGIN IMMEDIATE` by default: a transaction that reads first and writes later can fail with a busy error that waiting does
 * not cure, see https://sqlite.org/lang_transaction.html. After any failure `work` is rolled back as a whole.
 */
export async function inTransaction<T>(
	connection: SqliteConnection,
	{ txMode, busyTimeoutMs }: Pick<SqliteConfig, "txMode" | "busyTimeoutMs">,
	work: () => T | Promise<T>,
): Promise<T> {
	if (connection.inTransaction) return work();
	await retryWhileBusy(connection, busyTimeoutMs, () => connection.begin(txMode));
	try {
		const result = await work();
		// A reader can keep a commit waiting; the transaction stays open meanwhile.
		await retryWhileBusy(connection, busyTimeoutMs, () => connection.commit());
		return result;
	} catch (error) {
		rollBack(connection, error);
		throw error;
	}
}

/**
 * Rolls back after a failure. Some failures, such as `OR ROLLBACK` or a full disk, have ended the transaction already.
 *
 * @throws The failure, together with that of the roll-back.
 */
export function rollBack(connection: SqliteConnection, error: unknown): void {
	if (!connection.inTransaction) return;
	try {
		connection.rollback();
	} catch (rollbackError) {
		throw suppress(error, rollbackError);
	}
}
