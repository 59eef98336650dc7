import { MigrateError } from "@godwit/core";
import type { Client, ClientBase, Pool } from "pg";
import type { LentClient } from "./lent-client.ts";
import { clientConnection } from "./pg-connection.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { queryRows } from "./query-rows.ts";

/**
 * Makes a connection of what the caller has. A client stays connected when it is closed, and one of a pool goes back there.
 *
 * @throws MigrateError `ERR_DATABASE` for a client that is not connected. What the pool fails with.
 */
export async function lentConnection(lent: LentClient): Promise<PostgresConnection> {
	if (isPool(lent)) {
		const client = await lent.connect();
		return clientConnection(client, async (lost, stopListening) => {
			stopListening();
			client.release(lost);
		});
	}
	const connection = clientConnection(lent as ClientBase, async (_, stopListening) => stopListening());
	if (connection.backend !== undefined) return connection;
	await connection.close();
	throw new MigrateError("ERR_DATABASE", "the client is not connected; call its connect() first", {});
}

/** @throws MigrateError `ERR_RUNTIME` for a client that cannot tell whether it is in a transaction, or that is pg-native's. */
export function assertUsable(lent: LentClient): void {
	// A client has it from its class, and a pool knows the class.
	const client: object = isPool(lent) ? (lent as PoolOfClass).Client.prototype : lent;
	if ("getTransactionStatus" in client && !("native" in client)) return;
	const message =
		"the client that was lent is one of pg-native, or of a pg before 8.23.1; lend one of pg 8.23.1 or newer";
	throw new MigrateError("ERR_RUNTIME", message, { required: "pg 8.23.1", found: "another client" });
}

/** What a pool has besides what its types say. */
interface PoolOfClass extends Pool {
	readonly Client: typeof Client;
}

function isPool(lent: LentClient): lent is Pool {
	return "totalCount" in lent;
}

/**
 * Reads the settings that the caller has made in a session.
 *
 * @returns The statements that restore them, whatever a migration leaves.
 * @throws MigrateError `ERR_DATABASE` when the caller is in the midst of a transaction.
 */
export async function callerSettings(connection: PostgresConnection): Promise<readonly string[]> {
	assertOutside(connection);
	const settings = await queryRows(
		connection,
		"SELECT format('set_config(%L, %L, false)', name, setting) AS set FROM pg_settings WHERE source = 'session' UNION ALL SELECT format('set_config(''role'', %L, false)', current_setting('role'))",
	);
	// Not every client knows before its first message.
	assertOutside(connection);
	const set = settings.map(({ set }) => set).join(", ");
	return [...RESET, `SELECT ${set}`];
}

function assertOutside({ transaction }: PostgresConnection): void {
	if (transaction === "none") return;
	const message = "the connection that was lent is in a transaction; end it before a call of the driver";
	throw new MigrateError("ERR_DATABASE", message, {});
}

/** What a session is like as it begins. */
export const RESET: readonly string[] = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"];
