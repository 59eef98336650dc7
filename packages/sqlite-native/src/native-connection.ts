import { existsSync } from "node:fs";
import { isMigrateError } from "@godwit/core";
import {
	type LockFile,
	lockFile,
	realDatabasePath,
	type SqliteConnection,
	type SqlRow,
	type SqlValue,
} from "@godwit/sqlite";
import type { Database, Statement } from "better-sqlite3";
import { sharedLock } from "./shared-lock.ts";

/**
 * The port over better-sqlite3.
 *
 * The native library does not see the lock that node-sqlite3-wasm puts beside a database, and would take that one's
 * journal for a dead process's and roll it back. So before a statement may look at the file, a lock is held that the
 * other side sees: SQLite's shared one for a query and for BEGIN IMMEDIATE, which have theirs when they return, and the
 * one beside the database for everything else, and for rolling a journal back. Then the other side's is looked for.
 */
export function nativeConnection(database: Database, close: () => void): SqliteConnection {
	const path = pathOf(database);
	const lock: LockFile | undefined = path === undefined ? undefined : lockFile(path);
	const shared = path === undefined ? undefined : sharedLock(database, path);
	const queries = new Map<string, Query>();

	function prepare(sql: string): Query {
		const query = queries.get(sql) ?? queryOf(database.prepare(sql).safeIntegers());
		queries.set(sql, query);
		return query;
	}

	/** The binding's exec passes over a vertical tab, which SQLite refuses: what follows would not be what was looked at. */
	function execute(sql: string): void {
		if (sql.startsWith("\v")) database.prepare(sql);
		database.exec(sql);
	}

	/** Runs, outside a transaction, what looks at the file and takes no more than locks that may stand beside a shared one. */
	function guarded<T>(work: () => T): T {
		if (lock === undefined || shared === undefined || lock.held) return work();
		const refused = shared.take();
		if (refused !== undefined) return besides(lock, work, refused);
		try {
			lock.assertFree();
			const result = work();
			// An application on node-sqlite3-wasm does not look for our lock.
			lock.assertFree();
			return result;
		} finally {
			shared.release();
		}
	}

	/**
	 * Runs what may need the file for itself, or to roll back a journal.
	 *
	 * @param refused Why there was no shared lock to be had.
	 */
	function besides<T>(lock: LockFile, work: () => T, refused?: unknown): T {
		try {
			lock.take();
		} catch (error) {
			if (!isMigrateError(error)) throw error;
			if (!existsSync(`${path}-journal`)) return work();
			// It may be that of another user, who can make a lock where we cannot, and would be rolled back.
			throw resultCodeOf(refused)?.startsWith("SQLITE_BUSY") ? refused : error;
		}
		try {
			return work();
		} finally {
			lock.release();
		}
	}

	return {
		exec(sql) {
			if (/^BEGIN IMMEDIATE/.test(sql) && !database.inTransaction) {
				try {
					guarded(() => database.exec(sql));
				} catch (error) {
					if (database.inTransaction) database.exec("ROLLBACK");
					throw error;
				}
				return;
			}
			if (!database.inTransaction) lock?.take();
			try {
				execute(sql);
			} finally {
				if (lock?.held && !database.inTransaction) lock.release();
			}
		},
		all(sql, parameters = []) {
			if (database.inTransaction) return rowsOf(prepare(sql), parameters);
			const query = guarded(() => prepare(sql));
			const run = (): readonly SqlRow[] => rowsOf(query, parameters);
			return query.statement.readonly || lock === undefined ? guarded(run) : besides(lock, run);
		},
		get inTransaction() {
			return database.inTransaction;
		},
		resultCode: resultCodeOf,
		close() {
			shared?.close();
			close();
			if (lock?.held) lock.release();
			lock?.close();
		},
	};
}

interface Query {
	readonly statement: Statement;
	/** Names. */
	readonly columns: readonly string[];
}

/** The binding's own rows are made by code that it compiles anew whenever the schema has changed. */
function queryOf(statement: Statement): Query {
	if (!statement.reader) return { statement, columns: [] };
	return { statement: statement.raw(), columns: statement.columns().map(({ name }) => name) };
}

function rowsOf({ statement, columns }: Query, parameters: readonly SqlValue[]): readonly SqlRow[] {
	if (!statement.reader) {
		statement.run(parameters);
		return [];
	}
	return (statement.all(parameters) as readonly (readonly SqlValue[])[]).map((values) => {
		const row: Record<string, SqlValue> = {};
		for (let at = 0; at < columns.length; at++) row[columns[at] ?? ""] = values[at] ?? null;
		return row;
	});
}

/** By SQLite, since the name can be relative to a folder that is no longer the current one. */
function pathOf(database: Database): string | undefined {
	const rows = database.pragma("database_list") as readonly { readonly name: string; readonly file: string }[];
	const file = rows.find(({ name }) => name === "main")?.file;
	return file === undefined || file === "" ? undefined : realDatabasePath(file);
}

function resultCodeOf(error: unknown): string | undefined {
	if (!(error instanceof Error) || error.name !== "SqliteError" || !("code" in error)) return undefined;
	return String(error.code);
}
