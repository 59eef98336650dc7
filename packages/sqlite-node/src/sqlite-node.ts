import type { DatabaseSync } from "node:sqlite";
import { MigrateError } from "@godwit/core";
import {
	type ConnectionOptions,
	nodeDatabaseClass,
	runtimeName,
	type SqliteConnection,
	type SqliteFactory,
	sqliteFactory,
} from "@godwit/sqlite-files";
import { nodeConnection } from "./node-connection.ts";

/** The backend over the runtime's own node:sqlite: `sqlite-node://path/to/app.db`. */
export const sqliteNode: SqliteFactory<DatabaseSync> = sqliteFactory<DatabaseSync>({
	name: "node:sqlite",
	doubleQuotedStrings: true,
	assertUsable: () => void databaseClass(),
	connect: (path, options) => open(path, false, options),
	connectReadOnly: (path, options) => open(path, true, options),
	connectClone,
	borrow,
	usability: ({ isOpen }) => (isOpen ? "usable" : "closed"),
});

function open(path: string, readOnly: boolean, { doubleQuotedStrings }: ConnectionOptions): SqliteConnection {
	const Database = databaseClass();
	const database = new Database(path, { readOnly, enableDoubleQuotedStringLiterals: doubleQuotedStrings });
	return nodeConnection(database, () => database.close());
}

/** Defensive mode, which newer versions of Node begin with on, forbids to write the schema. */
function connectClone({ doubleQuotedStrings }: ConnectionOptions): SqliteConnection {
	const Database = databaseClass();
	const options = { enableDoubleQuotedStringLiterals: doubleQuotedStrings, defensive: false };
	const database = new Database(":memory:", options);
	return nodeConnection(database, () => database.close(), { keepsStatements: false });
}

function borrow(database: DatabaseSync, { doubleQuotedStrings }: ConnectionOptions): SqliteConnection {
	const connection = nodeConnection(database, () => {});
	if (doubleQuotedStrings) assertTakesDoubleQuotedStrings(connection);
	return connection;
}

/** Only the constructor of a database can allow them. */
function assertTakesDoubleQuotedStrings(connection: SqliteConnection): void {
	try {
		connection.query('SELECT "a text"');
	} catch (cause) {
		if (connection.resultCode(cause) !== "SQLITE_ERROR") throw cause;
		const message =
			"doubleQuotedStrings=true is not possible with this database, which was opened without it; open it with new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true })";
		throw new MigrateError("ERR_INVALID_OPTION", message, { option: "doubleQuotedStrings", value: "true" }, { cause });
	}
}

function databaseClass(): typeof DatabaseSync {
	const Database = nodeDatabaseClass();
	if (Database !== undefined) return Database;
	const found = runtimeName();
	const message = `sqlite-node:// needs node:sqlite, which this runtime, ${found}, does not have or was started without; use Node 22.18 or newer, a newer Bun or Deno, or sqlite-native:// or sqlite-wasm://`;
	throw new MigrateError("ERR_RUNTIME", message, { required: "node:sqlite", found });
}
