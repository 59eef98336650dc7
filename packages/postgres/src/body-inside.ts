import { cleanUpAfter } from "@godwit/core";
import { BODY_START } from "@godwit/sql";
import { lockBlocker } from "./blockers/lock-blocker.ts";
import { FailedMessage, type PostgresConnection, type StatementResult } from "./connection/postgres-connection.ts";
import { rollBack } from "./connection/transaction.ts";
import {
	isLockNotAvailable,
	needsNoTransactionError,
	partlyCommittedError,
	statementError,
	transactionControlError,
} from "./postgres-error.ts";
import type { PlacedStatement, ReadBody } from "./statements/read-body.ts";
import { endsTransaction, needsNoTransaction } from "./statements/transaction-rules.ts";

/** @throws MigrateError `ERR_TRANSACTION_CONTROL` for a body that cannot run inside a transaction as it is. */
export function assertRunsInside({ statements }: ReadBody): void {
	for (const statement of statements) {
		if (endsTransaction(statement)) throw transactionControlError(statement);
		if (needsNoTransaction(statement)) throw needsNoTransactionError(statement);
	}
}

/**
 * Runs a body in the transaction that is open, as one message.
 *
 * @returns What each statement gave, without its rows.
 * @throws MigrateError `ERR_SQL`; `ERR_TRANSACTION_CONTROL` when the transaction is not open any more.
 */
export async function runInside(
	connection: PostgresConnection,
	{ text, statements }: ReadBody,
): Promise<readonly StatementResult[]> {
	const [first] = statements;
	if (first === undefined) return [];
	let results: readonly StatementResult[];
	try {
		results = await connection.send(text, { withoutRows: true });
	} catch (error) {
		if (!(error instanceof FailedMessage) || connection.lost !== undefined) throw error;
		const statement = failedStatement(statements, text, error) ?? first;
		throw await failureOf(connection, text, statement, error);
	}
	if (connection.transaction !== "open") throw partlyCommittedError(first);
	return results;
}

async function failureOf(
	connection: PostgresConnection,
	text: string,
	statement: PlacedStatement,
	failure: FailedMessage,
): Promise<unknown> {
	const message = { text, start: BODY_START };
	if (!isLockNotAvailable(failure)) return statementError(statement, message, failure);
	let blocker: string | undefined;
	return cleanUpAfter(failure, async () => {
		await rollBack(connection);
		blocker = await lockBlocker(connection, statement.sql);
	}).then((error) => (error === failure ? statementError(statement, message, failure, blocker) : error));
}

/** The server says how many statements it has done, but reads the whole message first. */
function failedStatement(
	statements: readonly PlacedStatement[],
	text: string,
	{ reason, done }: FailedMessage,
): PlacedStatement | undefined {
	const { position } = reason as { readonly position?: string };
	if (position === undefined) return statements[done];
	const offset = [...text].slice(0, Number(position) - 1).join("").length;
	return statements.find(({ end }) => offset < end) ?? statements.at(-1);
}
