import type { PostgresConnection } from "../connection/postgres-connection.ts";

/** What comes to pass in `work` is undone. When it rejects, the transaction around it cannot be committed. */
export async function tried<T>(connection: PostgresConnection, work: () => Promise<T>): Promise<T> {
	await connection.send("SAVEPOINT godwit_round");
	const result = await work();
	await connection.send("ROLLBACK TO SAVEPOINT godwit_round; RELEASE SAVEPOINT godwit_round");
	return result;
}
