import type { Statement } from "@godwit/sql";
import { type BusyTimeouts, retryWhileBusy } from "../connection/busy-retry.ts";
import { readJournalMode } from "../connection/settings/journal-mode.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { rollBack } from "../connection/transaction.ts";
import {
	journalModeError,
	statementError,
	transactionControlError,
	transactionLeftOpenError,
} from "../sqlite-error.ts";
import { journalModeRequest } from "../statements/journal-mode-request.ts";
import { forEachBatch, type Statements } from "../statements/split/statements.ts";
import { breaksTransaction } from "../statements/transaction-control.ts";

/** @throws MigrateError `ERR_TRANSACTION_CONTROL` for a statement that must not run inside the transaction around a body. */
export function assertRunsInside(statement: Statement): void {
	if (breaksTransaction(statement)) throw transactionControlError(statement);
}

/**
 * Runs statements inside the transaction that is open.
 *
 * @param before Called with each statement before it runs.
 * @param after Optional: called after each.
 * @throws MigrateError `ERR_TRANSACTION_CONTROL` instead of running a statement that would end the transaction; `ERR_SQL`.
 */
export function runInTransaction(
	connection: SqliteConnection,
	statements: readonly Statement[],
	before: (statement: Statement) => void,
	after?: () => void,
): void {
	for (const statement of statements) {
		assertRunsInside(statement);
		before(statement);
		try {
			connection.run(statement.sql);
		} catch (error) {
			throw statementError(connection, statement, error);
		}
		after?.();
	}
}

/**
 * Runs statements each by itself, or in the transactions that they make.
 *
 * @param before Called with each statement before it runs.
 * @throws MigrateError `ERR_SQL`; `ERR_TRANSACTION_CONTROL` when a transaction is left open, which is rolled back.
 */
export async function runWithoutTransaction(
	connection: SqliteConnection,
	body: Statements,
	timeouts: BusyTimeouts,
	before: (statement: Statement) => Promise<void>,
): Promise<void> {
	let last: Statement | undefined;
	try {
		await forEachBatch(body, async (statements) => {
			for (const statement of statements) {
				await before(statement);
				try {
					await retryWhileBusy(connection, timeouts, () => runOutside(connection, statement));
				} catch (error) {
					throw statementError(connection, statement, error);
				}
				last = statement;
			}
		});
		if (connection.inTransaction && last !== undefined) throw transactionLeftOpenError(last);
	} catch (error) {
		rollBack(connection, error);
		throw error;
	}
}

/** SQLite answers `PRAGMA journal_mode=...` with the mode that there is, and with no error when that is not the one asked for. */
function runOutside(connection: SqliteConnection, statement: Statement): void {
	connection.run(statement.sql);
	const request = journalModeRequest(statement);
	if (request === undefined) return;
	const mode = readJournalMode(connection, request.schema);
	if (mode !== request.mode) throw journalModeError(statement, request.mode, mode);
}
