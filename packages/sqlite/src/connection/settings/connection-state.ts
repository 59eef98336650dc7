import type { Statement } from "@godwit/sql";
import { detachError } from "../../sqlite-error.ts";
import { readName } from "../../statements/read-name.ts";
import { nextToken } from "../../statements/split/tokens.ts";
import { quoteIdentifier } from "../../tables/quote-identifier.ts";
import type { SqliteConnection, SqlValue } from "../sqlite-connection.ts";
import { changeJournalMode, readJournalMode } from "./journal-mode.ts";

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
	"case_sensitive_like",
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

/** What a statement may change in its connection: `"everything"`, or the one setting that it names. */
export type ConnectionChange = "nothing" | "everything" | (typeof SETTINGS)[number];

/** What belongs to a connection and not to the database. Only the part that a body may have changed. */
export interface ConnectionState {
	readonly settings: Settings;
	/** Missing when only single settings may have changed. */
	readonly rest?: {
		readonly journalMode: string;
		/** Names of the attached databases, with `main`. */
		readonly databases: ReadonlySet<string>;
	};
}

/** Of which nothing may have changed. */
export const UNCHANGED: ConnectionState = { settings: new Map() };

/** A PRAGMA acts under EXPLAIN too. A PRAGMA that is not in the list may change a setting that is, as `default_cache_size` does. */
export function connectionChange({ keyword, sql }: Statement): ConnectionChange {
	if (keyword === "PRAGMA") return settingOf(sql) ?? "everything";
	return keyword === "EXPLAIN" || keyword === "ATTACH" || keyword === "DETACH" ? "everything" : "nothing";
}

/** The setting in `PRAGMA name` and `PRAGMA schema.name`, assigned or not. */
function settingOf(sql: string): (typeof SETTINGS)[number] | undefined {
	const first = readName(sql, "PRAGMA".length);
	const dot = first === undefined ? undefined : nextToken(sql, first.end);
	const pragma = dot !== undefined && sql.charAt(dot.start) === "." ? readName(sql, dot.end) : first;
	const name = pragma?.name.toLowerCase();
	return SETTINGS.find((known) => known === name);
}

/** Adds what a statement may change to the state before it. To read everything takes longer than most migrations. */
export function noteState(
	connection: SqliteConnection,
	change: ConnectionChange,
	noted: ConnectionState,
): ConnectionState {
	if (change === "nothing" || noted.rest !== undefined) return noted;
	const { settings } = noted;
	if (change !== "everything") {
		return settings.has(change) ? noted : { settings: new Map([...settings, ...readSettings(connection, [change])]) };
	}
	return {
		settings: new Map([...readSettings(connection, SETTINGS), ...settings]),
		rest: { journalMode: readJournalMode(connection), databases: new Set(attached(connection)) },
	};
}

/**
 * Refuses to detach a database that was attached before the body: neither the way in which it was attached nor its content
 * in memory could be restored.
 *
 * @throws MigrateError `ERR_SQL`, also when the name is an expression and something was attached.
 */
export function assertStaysAttached(statement: Statement, { rest }: ConnectionState): void {
	if (statement.keyword !== "DETACH") return;
	const wanted = detached(statement.sql)?.toLowerCase();
	for (const name of rest?.databases ?? []) {
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
export function restoreConnectionState(connection: SqliteConnection, { settings, rest }: ConnectionState): void {
	for (const name of rest === undefined ? [] : attached(connection)) {
		if (!rest?.databases.has(name)) connection.run(`DETACH ${quoteIdentifier(name)}`);
	}
	writeSettings(connection, settings);
	if (rest !== undefined) restoreJournalMode(connection, rest.journalMode);
}

/** Those that SQLite does not let anybody change inside a transaction. */
const FIXED_IN_TRANSACTION: ReadonlySet<string> = new Set(["foreign_keys", "synchronous", "temp_store"]);

/** Restores what can be restored inside a transaction: neither the journal mode nor what was attached. */
export function restoreInTransaction(connection: SqliteConnection, { settings }: ConnectionState): void {
	writeSettings(connection, new Map([...settings].filter(([name]) => !FIXED_IN_TRANSACTION.has(name))));
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
	// PRAGMA can set it and cannot read it.
	const sql = name === "case_sensitive_like" ? "SELECT 'a' NOT LIKE 'A'" : `PRAGMA ${name}`;
	const [row = {}] = connection.query(sql);
	return Object.values(row)[0] ?? null;
}

function attached(connection: SqliteConnection): readonly string[] {
	// The table pragma_database_list reads the file, which another connection may have locked. The PRAGMA does not.
	const names = connection.query("PRAGMA database_list").map(({ name }) => String(name));
	return names.filter((name) => name !== "temp");
}
