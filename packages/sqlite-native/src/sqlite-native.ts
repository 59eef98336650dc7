import { invalidUrl, MigrateError } from "@godwit/core";
import {
	bindingPackage,
	type SqliteConnection,
	type SqliteFactory,
	sqliteFactory,
	type Usability,
} from "@godwit/sqlite-files";
import { copyOf, nativeConnection } from "./native-connection.ts";
import type { NativeDatabase, NativeDatabaseClass, NativeOptions } from "./native-database.ts";

/** An optional peer: who uses node:sqlite need not have it. */
const betterSqlite3 = bindingPackage("better-sqlite3", "sqlite-native", import.meta.url ?? __filename);

const OLDEST_NODE = 22;

/** The backend over better-sqlite3: `sqlite-native://path/to/app.db`. */
export const sqliteNative: SqliteFactory<NativeDatabase> = sqliteFactory<NativeDatabase>({
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
function usability(database: NativeDatabase): Usability {
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

function otherCopyOf(database: NativeDatabase): unknown {
	if (!isTooOld() && betterSqlite3.isInstalled()) ownCopy ??= copyOfOwn();
	const copy = copyOf(database);
	return copy === ownCopy ? undefined : copy;
}

function copyOfOwn(): unknown {
	const database = new (databaseClass())(":memory:");
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

function databaseClass(): NativeDatabaseClass {
	return betterSqlite3.load() as NativeDatabaseClass;
}

function assertUsable(path: string): void {
	if (isTooOld()) {
		const found = process.versions.node;
		const message = `better-sqlite3 needs Node ${OLDEST_NODE} or newer, and this is Node ${found}; use a newer Node, or sqlite-wasm`;
		throw new MigrateError("ERR_RUNTIME", message, { required: String(OLDEST_NODE), found });
	}
	betterSqlite3.assertInstalled();
	if (path !== path.trim()) {
		const reason = `better-sqlite3 cuts off the white space at the end of "${path}"; rename the file`;
		throw invalidUrl(reason);
	}
}

/** Defensive mode, which is on by default, forbids to write the schema. */
function connectClone(): SqliteConnection {
	const database = new (databaseClass())(":memory:");
	database.unsafeMode(true);
	return nativeConnection(database, () => database.close(), { keepsStatements: false });
}

function open(path: string, options: NativeOptions): SqliteConnection {
	const database = new (databaseClass())(path, { timeout: 0, ...options });
	return nativeConnection(database, () => database.close());
}
