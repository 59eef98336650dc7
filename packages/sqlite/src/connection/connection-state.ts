import { detachError } from "../sqlite-error.ts";
import { readName } from "../statements/read-name.ts";
import type { Statement } from "../statements/statement.ts";
import { nextToken } from "../statements/tokens.ts";
import { quoteIdentifier } from "../tables/quote-identifier.ts";
import { changeJournalMode, readJournalMode } from "./journal-mode.ts";
import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";

/** The one setting that PRAGMA can set and cannot read. */
const CASE_SENSITIVE_LIKE = "case_sensitive_like";

/**
 * Settings that a body can change with PRAGMA. They keep the new value also when the body is rolled back. `hard_heap_limit`
 * is not among them: SQLite does not let it be raised again, see https://sqlite.org/pragma.html#pragma_hard_heap_limit
 */
const SETTINGS = [
	"analysis_limit",
	"automatic_index",
	"busy_timeout",
	"cache_size",
	"cache_spill",
	CASE_SENSITIVE_LIKE,
	"cell_size_check",
	"checkpoint_fullfsync",
	"count_changes",
	"empty_result_callbacks",
	"foreign_keys",
	"full_column_names",
	"fullfsync",
	"ignore_check_constraints",
	"journal_size_limit",
	"legacy_alter_table",
	"locking_mode",
	"max_page_count",
	"mmap_size",
	"query_only",
	"read_uncommitted",
	"recursive_triggers",
	"reverse_unordered_selects",
	"secure_delete",
	"short_column_names",
	"soft_heap_limit",
	"synchronous",
	"temp_store",
	"threads",
	"trusted_schema",
	"wal_autocheckpoint",
	"writable_schema",
] as const;

/** Values of PRAGMAs by name. */
export type Settings = ReadonlyMap<string, SqlValue>;

/** What belongs to a connection and not to the database. */
export interface ConnectionState {
	readonly settings: Settings;
	readonly journalMode: string;
	/** Names of the attached databases, with `main`. */
	readonly databases: ReadonlySet<string>;
}

export function readConnectionState(connection: SqliteConnection): ConnectionState {
	const settings = readSettings(connection, SETTINGS);
	return { settings, journalMode: readJournalMode(connection), databases: new Set(attached(connection)) };
}

/** Returns whether a statement may change the connection's state. A PRAGMA does so under EXPLAIN too. */
export function changesConnection({ keyword }: Statement): boolean {
	return keyword === "PRAGMA" || keyword === "EXPLAIN" || keyword === "ATTACH" || keyword === "DETACH";
}

/**
 * Refuses to detach a database that was attached before the body: neither the way in which it was attached nor its content
 * in memory could be restored.
 *
 * @throws MigrateError `ERR_SQL`, also when the name is an expression and something was attached.
 */
export function assertStaysAttached(statement: Statement, { databases }: ConnectionState): void {
	if (statement.keyword !== "DETACH") return;
	const wanted = detached(statement.sql)?.toLowerCase();
	for (const name of databases) {
		if (name !== "main" && (wanted === undefined || wanted === name.toLowerCase())) throw detachError(statement, name);
	}
}

/** The name in `DETACH [DATABASE] name`, undefined when it is an expression. */
function detached(sql: string): string | undefined {
	const first = nextToken(sql, "DETACH".length);
	const name = readName(sql, first?.word === "DATABASE" ? first.end : "DETACH".length);
	const after = name === undefined ? undefined : nextToken(sql, name.end);
	return after === undefined || sql.charAt(after.start) === ";" ? name?.name : undefined;
}

/**
 * Restores the state, so that a migration does not depend on which ones ran before it in the same process. Belongs
 * outside a transaction, where `foreign_keys` and `synchronous` take effect and DETACH works.
 */
export function restoreConnectionState(
	connection: SqliteConnection,
	{ settings, journalMode, databases }: ConnectionState,
): void {
	for (const name of attached(connection)) {
		if (!databases.has(name)) connection.run(`DETACH ${quoteIdentifier(name)}`);
	}
	writeSettings(connection, settings);
	restoreJournalMode(connection, journalMode);
}

/**
 * WAL is a property of the database, so a body may turn it on or off. The other modes belong to the connection. With some of
 * them nothing could be rolled back, see https://sqlite.org/pragma.html#pragma_journal_mode
 */
function restoreJournalMode(connection: SqliteConnection, before: string): void {
	const now = readJournalMode(connection);
	const wanted = before === "wal" ? "delete" : before;
	if (now !== "wal" && now !== wanted) changeJournalMode(connection, wanted);
}

export function readSettings(connection: SqliteConnection, names: Iterable<string>): Settings {
	return new Map(Array.from(names, (name) => [name, readSetting(connection, name)]));
}

/** Sets those settings that have another value now. */
export function writeSettings(connection: SqliteConnection, settings: Settings): void {
	for (const [name, value] of settings) {
		// A setting that the binding's SQLite was built without reads as null.
		if (value === null || readSetting(connection, name) === value) continue;
		connection.query(`PRAGMA ${name} = ${name === "secure_delete" && value === 2n ? "fast" : value}`);
	}
}

function readSetting(connection: SqliteConnection, name: string): SqlValue {
	const sql = name === CASE_SENSITIVE_LIKE ? "SELECT 'a' NOT LIKE 'A'" : `PRAGMA ${name}`;
	const [row = {}] = connection.query(sql);
	return Object.values(row)[0] ?? null;
}

function attached(connection: SqliteConnection): readonly string[] {
	// The table pragma_database_list reads the file, which another connection may have locked. The PRAGMA does not.
	const names = connection.query("PRAGMA database_list").map(({ name }) => String(name));
	return names.filter((name) => name !== "temp");
}
