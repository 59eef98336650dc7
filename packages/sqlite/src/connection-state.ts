import { quoteIdentifier } from "./quote-identifier.ts";
import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";
import type { Statement } from "./statement-splitter.ts";

/** Settings that a body can change with PRAGMA and that outlive its transaction, rolled back or not. */
const SETTINGS = [
	"automatic_index",
	"busy_timeout",
	"cache_size",
	"cell_size_check",
	"foreign_keys",
	"full_column_names",
	"ignore_check_constraints",
	"journal_size_limit",
	"legacy_alter_table",
	"locking_mode",
	"query_only",
	"read_uncommitted",
	"recursive_triggers",
	"reverse_unordered_selects",
	"secure_delete",
	"short_column_names",
	"synchronous",
	"temp_store",
	"trusted_schema",
	"wal_autocheckpoint",
	"writable_schema",
] as const;

/** What belongs to a connection and not to the database: settings, and which databases are attached. */
export interface ConnectionState {
	readonly settings: ReadonlyMap<string, SqlValue>;
	readonly databases: ReadonlySet<string>;
}

export function readConnectionState(connection: SqliteConnection): ConnectionState {
	const settings = new Map(SETTINGS.map((name) => [name, readSetting(connection, name)]));
	return { settings, databases: new Set(attached(connection)) };
}

/** Tells a statement after which the connection's state may be another one. */
export function changesConnection({ keyword }: Statement): boolean {
	return keyword === "PRAGMA" || keyword === "ATTACH";
}

/**
 * Puts the state back, so that a migration does not depend on which ones ran before it in the same process. Belongs
 * outside a transaction, where `foreign_keys` and `synchronous` take effect and DETACH works.
 */
export function restoreConnectionState(connection: SqliteConnection, { settings, databases }: ConnectionState): void {
	for (const name of attached(connection)) {
		if (!databases.has(name)) connection.exec(`DETACH ${quoteIdentifier(name)}`);
	}
	writeSettings(connection, settings);
}

/** Sets what differs. */
export function writeSettings(connection: SqliteConnection, settings: ReadonlyMap<string, SqlValue>): void {
	for (const [name, value] of settings) {
		// A setting that a binding was built without reads as null.
		if (value === null || readSetting(connection, name) === value) continue;
		// Not exec: it would lock a file that it does not touch, and that may be read-only.
		connection.all(`PRAGMA ${name} = ${name === "secure_delete" && value === 2n ? "fast" : value}`);
	}
}

function readSetting(connection: SqliteConnection, name: string): SqlValue {
	const [row = {}] = connection.all(`PRAGMA ${name}`);
	return Object.values(row)[0] ?? null;
}

function attached(connection: SqliteConnection): readonly string[] {
	// The PRAGMA, unlike its table, does not read the file, which another connection may have to itself.
	const names = connection.all("PRAGMA database_list").map(({ name }) => String(name));
	return names.filter((name) => name !== "temp");
}
