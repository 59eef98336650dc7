import { createRequire } from "node:module";
import { MigrateError } from "@godwit/core";
import { type SqliteConnection, type SqliteFactory, sqliteFactory, type Usability } from "@godwit/sqlite-files";
import type { Database, Options } from "better-sqlite3";
import { copyOf, nativeConnection } from "./native-connection.ts";

const require = createRequire(import.meta.url);

const OLDEST_NODE = 22;

/** The backend over better-sqlite3: `sqlite-native://path/to/app.db`. */
export const sqliteNative: SqliteFactory<Database> = sqliteFactory<Database>({
	name: "better-sqlite3",
	assertUsable,
	connect: (path) => open(path, {}),
	connectReadOnly: (path) => open(path, { readonly: true, fileMustExist: true }),
	connectClone,
	borrow: (database) => nativeConnection(database, () => {}),
	copyOf: otherCopyOf,
	usability,
});

/** While an iterator is open, or a statement calls a function of the caller's, the binding refuses to run anything. */
function usability(database: Database): Usability {
	if (!database.open) return "closed";
	try {
		database.exec("");
		return "usable";
	} catch (error) {
		if (error instanceof TypeError) return "in use";
		throw error;
	}
}

let ownCopy: unknown;

function otherCopyOf(database: Database): unknown {
	if (!isTooOld() && isInstalled()) ownCopy ??= copyOfOwn();
	const copy = copyOf(database);
	return copy === ownCopy ? undefined : copy;
}

function copyOfOwn(): unknown {
	const BetterSqlite3 = require("better-sqlite3") as typeof import("better-sqlite3");
	const database = new BetterSqlite3(":memory:");
	try {
		return copyOf(database);
	} finally {
		database.close();
	}
}

/** better-sqlite3 13 crashes the process on Node 20, so it must not even be loaded there. */
function isTooOld(): boolean {
	return Number.parseInt(process.versions.node, 10) < OLDEST_NODE;
}

/** The package is an optional peer: who uses node:sqlite need not have it. */
function isInstalled(): boolean {
	try {
		require.resolve("better-sqlite3");
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
		throw error;
	}
}

function assertUsable(path: string): void {
	if (isTooOld()) {
		const found = process.versions.node;
		const message = `better-sqlite3 needs Node ${OLDEST_NODE} or newer, and this is Node ${found}; use a newer Node, or sqlite-wasm`;
		throw new MigrateError("ERR_RUNTIME", message, { required: String(OLDEST_NODE), found });
	}
	if (!isInstalled()) {
		const message =
			"sqlite-native:// needs the package better-sqlite3, which is not installed beside godwit; npm install better-sqlite3, or write sqlite-node://, which needs none";
		throw new MigrateError("ERR_RUNTIME", message, { required: "better-sqlite3", found: "none" });
	}
	if (path !== path.trim()) {
		const reason = `better-sqlite3 cuts off the white space at the end of "${path}"; rename the file`;
		throw new MigrateError("ERR_INVALID_URL", reason, { reason });
	}
}

/** Defensive mode, which is on by default, forbids to write the schema. */
function connectClone(): SqliteConnection {
	const BetterSqlite3 = require("better-sqlite3") as typeof import("better-sqlite3");
	const database = new BetterSqlite3(":memory:");
	database.unsafeMode(true);
	return nativeConnection(database, () => database.close(), { keepsStatements: false });
}

function open(path: string, options: Options): SqliteConnection {
	const BetterSqlite3 = require("better-sqlite3") as typeof import("better-sqlite3");
	const database = new BetterSqlite3(path, { timeout: 0, ...options });
	return nativeConnection(database, () => database.close());
}
