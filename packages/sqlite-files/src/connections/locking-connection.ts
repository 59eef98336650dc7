import type { DatabaseHeldError, SqliteConnection } from "@godwit/sqlite";
import type { FileSet } from "../files/file-set.ts";
import { attachedFiles } from "./attached-files.ts";
import { attachedExpression } from "./attached-path.ts";
import { copyBy } from "./copy-by.ts";
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

/** A connection of which `copyTo` says why when the binding has none. */
export type LockingConnection = SqliteConnection & Required<Pick<SqliteConnection, "copyTo">>;

/** The port over a database file. It keeps others off each file before ATTACH reads it, and checks before a commit that the files are in their place and the locks still held. */
export function lockingConnection({
	session,
	files,
	inFolders,
	otherRun,
}: LockingConnectionOptions): LockingConnection {
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

	const attached = attachedFiles({
		session,
		files,
		inFolders,
		query: (sql) => call(() => session.connection.query(sql)),
	});

	function assertMayCommit(): void {
		if (!files.main.entered) return;
		// Natively the kernel's locks keep others out also without the link.
		if (inFolders) files.main.assertEntered();
		session.assertMayCommit();
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
			const expression = attachedExpression(sql);
			if (expression !== undefined) attached.enter(expression);
			const detaches = /^DETACH\b/i.test(sql);
			const commits = !session.connection.inTransaction || /^(COMMIT|END|RELEASE)\b/i.test(sql);
			// What has to be put back in the caller's connection is detached also when its file has gone.
			if (commits && !detaches) assertMayCommit();
			if (inFolders && /^ROLLBACK\b/i.test(sql)) session.beforeRollback();
			call(() => session.connection.run(sql));
			if (expression !== undefined) attached.attached();
			if (detaches) attached.detached();
		},
		async copyTo(path) {
			const { connection } = session;
			await call(() => copyBy(connection, path));
		},
		get overwrites() {
			return session.connection.overwrites === true;
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
