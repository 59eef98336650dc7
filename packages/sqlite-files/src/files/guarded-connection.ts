import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import { attachedExpression, pathOfName } from "./attached-path.ts";
import type { FileSet } from "./file-set.ts";
import { realDatabasePath } from "./real-path.ts";
import type { Session } from "./session.ts";

export interface GuardedConnectionOptions {
	readonly session: Session;
	readonly files: FileSet;
	/** Tells that the library does not follow symbolic links, and locks with folders. */
	readonly inFolders: boolean;
}

/** The port, which keeps others off every file that a statement attaches, and looks before each commit where it has to. */
export function guardedConnection({ session, files, inFolders }: GuardedConnectionOptions): SqliteConnection {
	function assertMayCommit(): void {
		if (!inFolders || !files.main.entered) return;
		files.main.assertEntered();
		session.assertMayCommit();
	}

	/** Has to be known before the statement runs: it reads the file. */
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

	/** A path that leads nowhere is SQLite's to report. */
	function realPathOf(path: string): string | undefined {
		try {
			return realDatabasePath(path);
		} catch {
			return undefined;
		}
	}

	/** As SQLite reads it. A name that cannot be read could be one that ATTACH can. */
	function nameOf(expression: string): string {
		const [row] = session.call(() => session.connection.query(`SELECT ${expression} AS name`));
		return String(row?.name ?? "");
	}

	/** A name that was read otherwise than SQLite reads it must not go unnoticed. */
	function assertAllEntered(): void {
		for (const { name, file } of session.call(() => session.connection.query("PRAGMA database_list"))) {
			if (file === null || file === "" || files.has(realDatabasePath(String(file)))) continue;
			const message = `${file} was attached as ${name} without its lock, since its name could not be read before; write its path as a plain text`;
			throw new MigrateError("ERR_DATABASE", message, {});
		}
	}

	return {
		begin: (mode) => session.call(() => session.connection.begin(mode)),
		commit() {
			assertMayCommit();
			session.call(() => session.connection.commit());
		},
		rollback() {
			session.beforeRollback();
			session.call(() => session.connection.rollback());
		},
		query: (sql, parameters) => session.call(() => session.connection.query(sql, parameters)),
		change: (sql, parameters) => session.call(() => session.connection.change(sql, parameters)),
		run(sql) {
			const attached = attachedExpression(sql);
			if (attached !== undefined) enterAttached(attached);
			if (inFolders && (!session.connection.inTransaction || /^(COMMIT|END|RELEASE)\b/i.test(sql))) assertMayCommit();
			if (inFolders && /^ROLLBACK\b/i.test(sql)) session.beforeRollback();
			session.call(() => session.connection.run(sql));
			if (attached !== undefined) assertAllEntered();
		},
		get inTransaction() {
			return session.isOpen && session.connection.inTransaction;
		},
		resultCode: session.resultCode,
		close: () => session.close(),
	};
}
