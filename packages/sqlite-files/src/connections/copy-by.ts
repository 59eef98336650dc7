import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";

/**
 * Copies the database of a connection to another file, as `SqliteConnection.copyTo`. A binding without it must not be taken for
 * one that has copied.
 *
 * @throws MigrateError `ERR_UNSUPPORTED` when the binding has none.
 */
export function copyBy(connection: SqliteConnection, path: string): Promise<void> {
	if (connection.copyTo === undefined) {
		throw new MigrateError("ERR_UNSUPPORTED", "this binding cannot copy a database", { capability: "backup" });
	}
	return connection.copyTo(path);
}
