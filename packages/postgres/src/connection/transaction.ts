import { cleanUpAfter, MigrateError } from "@godwit/core";
import type { PostgresConnection, StatementResult } from "./postgres-connection.ts";

/** What is done in a transaction. */
export interface TransactionWork<T> {
	readonly result: T;
	/** The last statements, which are sent together with the COMMIT. */
	readonly last: readonly string[];
}

/**
 * Runs `work` in a transaction. It is rolled back when `work` rejects.
 *
 * @param begin Statements that are sent together with the BEGIN, after it.
 * @param work Is given what those after the BEGIN gave.
 */
export async function inTransaction<T>(
	connection: PostgresConnection,
	begin: { readonly mode?: string; readonly after: readonly string[] },
	work: (begun: readonly StatementResult[]) => Promise<TransactionWork<T>>,
): Promise<T> {
	const { mode = "", after } = begin;
	try {
		const begun = await connection.send([`BEGIN ${mode}`, ...after].join("; "));
		const { result, last } = await work(begun.slice(1));
		const done = await connection.send([...last, "COMMIT"].join("; "));
		// A transaction that had failed is rolled back by COMMIT, without an error.
		if (done.at(-1)?.tag !== "COMMIT") throw new MigrateError("ERR_DATABASE", ROLLED_BACK, {});
		return result;
	} catch (error) {
		throw await cleanUpAfter(error, () => rollBack(connection));
	}
}

const ROLLED_BACK = "the server rolled the transaction back instead of committing it; look into its log";

export async function rollBack(connection: PostgresConnection): Promise<void> {
	if (connection.lost === undefined && connection.transaction !== "none") await connection.send("ROLLBACK");
}
