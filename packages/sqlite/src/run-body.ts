import { retryWhileBusy } from "./connection/busy-retry.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { rollBack } from "./connection/transaction.ts";
import { statementError, transactionControlError, transactionLeftOpenError } from "./sqlite-error.ts";
import type { StatementReader } from "./statements/read-statements.ts";
import type { Statement } from "./statements/statement.ts";
import { breaksTransaction } from "./statements/transaction-control.ts";

/**
 * Runs statements inside the transaction that is open.
 *
 * @param before Called with each statement before it runs.
 * @throws MigrateError `ERR_TRANSACTION_CONTROL` instead of running a statement that would end the transaction; `ERR_SQL`.
 */
export async function runInTransaction(
	connection: SqliteConnection,
	reader: StatementReader,
	before: (statement: Statement) => void,
): Promise<void> {
	for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
		for (const statement of batch) {
			if (breaksTransaction(statement)) throw transactionControlError(statement);
			before(statement);
			try {
				connection.run(statement.sql);
			} catch (error) {
				throw statementError(connection, statement, error);
			}
		}
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
	reader: StatementReader,
	busyTimeoutMs: number,
	before: (statement: Statement) => Promise<void>,
): Promise<void> {
	let last: Statement | undefined;
	try {
		for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
			for (const statement of batch) {
				await before(statement);
				try {
					await retryWhileBusy(connection, busyTimeoutMs, () => connection.run(statement.sql));
				} catch (error) {
					throw statementError(connection, statement, error);
				}
				last = statement;
			}
		}
		if (connection.inTransaction && last !== undefined) throw transactionLeftOpenError(last);
	} catch (error) {
		rollBack(connection, error);
		throw error;
	}
}
