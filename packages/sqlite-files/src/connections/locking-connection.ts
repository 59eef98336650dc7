import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import { MigrateError } from "@godwit/core";
import type { DatabaseHeldError, SqliteConnection } from "@godwit/sqlite";
import type { FileSet } from "../files/file-set.ts";
import { realDatabasePath } from "../files/real-path.ts";
import { attachedExpression, pathOfName } from "./attached-path.ts";
import type { Session } from "./session.ts";

export interface LockingConnectionOptions {
	readonly session: Session;
	readonly files: FileSet;
	/** Whether the library locks with folders. Such a library does not follow symbolic links. */
	readonly inFolders: boolean;
	/**
	 * Names the run of godwit whose lock a connection has met, if it was one's.
	 *
	 * @param hasLocks Whether the connection is in a transaction that has locks of its own.
	 * @param cause SQLite's error.
	 */
	readonly otherRun: (hasLocks: boolean, cause: unknown) => DatabaseHeldError | undefined;
}

/** The port over a database file. It keeps others off each file before ATTACH reads it, and checks before a commit that the locks are still held. */
export function lockingConnection({ session, files, inFolders, otherRun }: LockingConnectionOptions): SqliteConnection {
	/** A deferred transaction takes its first lock with its first statement. */
	let hasBegunOnly = false;

	function call<T>(work: () => T): T {
		try {
			const result = session.call(work);
			hasBegunOnly = false;
			return result;
		} catch (error) {
			const hasLocks = session.connection.inTransaction && !hasBegunOnly;
			throw (isLocked(session.resultCode(error)) && otherRun(hasLocks, error)) || error;
		}
	}

	function assertMayCommit(): void {
		if (!inFolders || !files.main.entered) return;
		files.main.assertEntered();
		session.assertMayCommit();
	}

	/** Belongs before the statement, which reads the file. */
	function enterAttached(expression: string): void {
		const name = nameOf(expression);
		const path = pathOfName(name);
		if (path === undefined) return;
		const real = realPathOf(path);
		if (real === undefined) return;
		if (inFolders && lstatSync(resolve(path), { throwIfNoEntry: false })?.isSymbolicLink()) {
			const message = `${path} is a symbolic link, and node-sqlite3-wasm names journal and lock after it; attach ${real} itself`;
			throw new MigrateError("ERR_DATABASE", message, {});
		}
		session.use(files.attach(path));
	}

	/** @returns undefined for a path that leads nowhere, which SQLite reports. */
	function realPathOf(path: string): string | undefined {
		try {
			return realDatabasePath(path);
		} catch {
			return undefined;
		}
	}

	/** The name as SQLite reads it. Throws SQLite's error, since ATTACH may be able to read a name that SELECT cannot. */
	function nameOf(expression: string): string {
		const [row] = call(() => session.connection.query(`SELECT ${expression} AS name`));
		return String(row?.name ?? "");
	}

	/** Finds a file whose name ATTACH has read in another way than `nameOf`. */
	function assertAllEntered(): void {
		for (const { name, file } of call(() => session.connection.query("PRAGMA database_list"))) {
			if (file === null || file === "" || files.has(realDatabasePath(String(file)))) continue;
			const message = `${file} was attached as ${name} without its lock, since its name could not be read before; write its path as a plain text`;
			throw new MigrateError("ERR_DATABASE", message, {});
		}
	}

	return {
		begin(mode) {
			call(() => session.connection.begin(mode));
			hasBegunOnly = mode === "deferred";
		},
		commit() {
			assertMayCommit();
			call(() => session.connection.commit());
		},
		rollback() {
			session.beforeRollback();
			call(() => session.connection.rollback());
		},
		query: (sql, parameters) => call(() => session.connection.query(sql, parameters)),
		change: (sql, parameters) => call(() => session.connection.change(sql, parameters)),
		run(sql) {
			const attached = attachedExpression(sql);
			if (attached !== undefined) enterAttached(attached);
			if (inFolders && (!session.connection.inTransaction || /^(COMMIT|END|RELEASE)\b/i.test(sql))) assertMayCommit();
			if (inFolders && /^ROLLBACK\b/i.test(sql)) session.beforeRollback();
			call(() => session.connection.run(sql));
			if (attached !== undefined) assertAllEntered();
		},
		get inTransaction() {
			return session.isOpen && session.connection.inTransaction;
		},
		resultCode: session.resultCode,
		close: () => session.close(),
	};
}

/** A transaction that began as a reader, and that another's commit has overtaken, meets nobody: SQLITE_BUSY_SNAPSHOT. */
function isLocked(resultCode: string | undefined): boolean {
	return resultCode?.startsWith("SQLITE_BUSY") === true && resultCode !== "SQLITE_BUSY_SNAPSHOT";
}
