import { missingOnServer } from "../postgres-error.ts";
import type { PostgresConnection } from "./postgres-connection.ts";

/**
 * The connection of an empty database in the process, where some of what a server has is missing.
 *
 * @throws MigrateError `ERR_DATABASE` for a statement that needs such a thing.
 */
export function scratchConnection(connection: PostgresConnection): PostgresConnection {
	return {
		get transaction() {
			return connection.transaction;
		},
		get lost() {
			return connection.lost;
		},
		backend: connection.backend,
		async send(sql, options) {
			try {
				return await connection.send(sql, options);
			} catch (error) {
				throw missingOnServer(error) ?? error;
			}
		},
		close: () => connection.close(),
	};
}
