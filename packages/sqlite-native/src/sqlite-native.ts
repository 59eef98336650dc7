import { createRequire } from "node:module";
import { MigrateError } from "@godwit/core";
import { type SqliteFactory, sqliteFactory } from "@godwit/sqlite";
import type { Database } from "better-sqlite3";
import { nativeConnection } from "./native-connection.ts";

const require = createRequire(import.meta.url);

const OLDEST_NODE = 22;

/** The backend over better-sqlite3: `sqlite-native://path/to/app.db`. */
export const sqliteNative: SqliteFactory<Database> = sqliteFactory<Database>({
	async connect(path) {
		// better-sqlite3 13 crashes the process on Node 20, so it must not even be loaded there.
		const found = process.versions.node;
		if (Number.parseInt(found, 10) < OLDEST_NODE) {
			const message = `better-sqlite3 needs Node ${OLDEST_NODE} or newer, and this is Node ${found}; use a newer Node, or sqlite-wasm`;
			throw new MigrateError("ERR_RUNTIME", message, { required: String(OLDEST_NODE), found });
		}
		if (path !== path.trim()) {
			const reason = `better-sqlite3 cuts off the white space at the end of "${path}"; rename the file`;
			throw new MigrateError("ERR_INVALID_URL", reason, { reason });
		}
		const BetterSqlite3 = require("better-sqlite3") as typeof import("better-sqlite3");
		const database = new BetterSqlite3(path);
		return nativeConnection(database, () => database.close());
	},
	borrow: (database) => nativeConnection(database, () => {}),
});
