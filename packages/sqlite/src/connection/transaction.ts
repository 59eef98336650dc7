import { suppress } from "@godwit/core";
import { isBusy, isDamage } from "../sqlite-error.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { type BusyTimeouts, retryWhileBusy } from "./busy-retry.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export interface TransactionOptions extends BusyTimeouts, Pick<SqliteConfig, "txMode"> {}

/**
 * Runs `work` in one transaction, or in the one that is open already.
 *
 * `BEGIN IMMEDIATE` by default: a transaction that reads first and writes later can fail with a busy error that waiting does
 * not cure, see https://sqlite.org/lang_transaction.html. After any failure `work` is rolled back as a whole.
 *
 * Synchronous work runs without an await from the begin to the commit, unless another connection's transaction is in the way.
 */
export async function inTransaction<T>(
	connection: SqliteConnection,
	options: TransactionOptions,
	work: () => T | Promise<T>,
): Promise<T> {
	if (connection.inTransaction) return work();
	const { txMode } = options;
	const begin = (): void => connection.begin(txMode);
	if (!isDone(connection, begin)) await retryWhileBusy(connection, options, begin);
	try {
		const working = work();
		const result = working instanceof Promise ? await working : working;
		// A reader can keep a commit waiting; the transaction stays open meanwhile.
		const commit = (): void => connection.commit();
		if (!isDone(connection, commit)) await retryWhileBusy(connection, options, commit);
		return result;
	} catch (error) {
		rollBack(connection, error);
		throw error;
	}
}

/** Runs reads of several statements, which see the database as it is in one moment, whoever writes meanwhile. */
export function readAtOnce<T>(connection: SqliteConnection, work: () => T): T {
	return readUntil(connection, work, () => connection.commit());
}

/** As `readAtOnce`, for work that expects damaged pages: once SQLite has met one, it can refuse to commit even what only read. */
export function readDespiteDamage<T>(connection: SqliteConnection, work: () => T): T {
	return readUntil(connection, work, () => {
		try {
			connection.commit();
		} catch (error) {
			if (!isDamage(connection, error)) throw error;
			rollBack(connection, error);
		}
	});
}

function readUntil<T>(connection: SqliteConnection, work: () => T, end: () => void): T {
	if (connection.inTransaction) return work();
	connection.begin("deferred");
	try {
		const result = work();
		end();
		return result;
	} catch (error) {
		rollBack(connection, error);
		throw error;
	}
}

/** Returns false, having changed nothing, when another connection's transaction is in the way. */
function isDone(connection: SqliteConnection, run: () => void): boolean {
	try {
		run();
		return true;
	} catch (error) {
		if (isBusy(connection, error)) return false;
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
