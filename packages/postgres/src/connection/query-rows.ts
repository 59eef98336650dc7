import type { PostgresConnection, Row, StatementResult } from "./postgres-connection.ts";

/** Sends one query. @throws FailedMessage As `PostgresConnection.send`. */
export async function queryRows(connection: PostgresConnection, sql: string): Promise<readonly Row[]> {
	return rowsOf(await connection.send(sql));
}

/** The rows of all results, in their order. */
export function rowsOf(results: readonly StatementResult[]): readonly Row[] {
	return results.flatMap(({ rows }) => rows);
}
