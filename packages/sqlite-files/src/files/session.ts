import { existsSync } from "node:fs";
import { isMigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import { folderLibrary } from "../folder-locks/folder-library.ts";
import { kernelResultCode } from "../folder-locks/kernel-lock.ts";
import type { SqliteLibrary } from "./library.ts";
import { POSIX_FILES } from "./library-files.ts";
import { useWithOneLibrary } from "./one-library.ts";

/** Opens connections of one library. */
export interface Connector {
	readonly library: SqliteLibrary;
	/** Opens a file, made when it does not exist, or `:memory:`. */
	connect(path: string): SqliteConnection;
	/** Opens a file that is there, unable to write it or to roll a journal back. */
	readonly connectReadOnly: ((path: string) => SqliteConnection) | undefined;
	/** A connection of the caller's, which stays open; `undefined` where connections are our own. */
	readonly lent: SqliteConnection | undefined;
	/** Allows WAL databases to a library that cannot share them. */
	readonly walAlone: boolean;
}

/** The connection that is open at the moment, and the library's dealings with files through it. */
export interface Session {
	/** @throws when nothing is open: nobody touches a database file but between `enter` and `leave`. */
	readonly connection: SqliteConnection;
	readonly isOpen: boolean;
	/** Counts the connections that were opened. */
	readonly generation: number;
	/** What the kernel's lock cannot keep out. */
	readonly notice: string | undefined;
	/** As that of the port, also for what was thrown by a connection that is closed by now. */
	resultCode(error: unknown): string | undefined;
	/** Runs a call of the library. */
	call<T>(work: () => T): T;
	/** Opens the connection for a run. @throws DatabaseHeldError when a native connection has a file of a library with folder locks. */
	open(): void;
	/** Opens a connection that cannot write for the length of `work`; one in memory where there is no file. */
	reading<T>(work: () => T): T;
	/** Notes that the library is about to use a further file. @throws MigrateError `ERR_DATABASE` when it may not. */
	use(file: string): void;
	/** Rolls back what a dead process left of a file, which others are kept off. @returns false when a journal stays. */
	rollBack(path: string): boolean;
	/** @throws MigrateError `ERR_LOCK_LOST`; DatabaseHeldError. Belongs before every commit. */
	assertMayCommit(): void;
	/** Belongs before every roll-back. */
	beforeRollback(): void;
	/** Closes the connection, unless it is the caller's. */
	close(): void;
}

export interface SessionOptions {
	readonly path: string;
	readonly connector: Connector;
	/** Tells that others are kept off a file. */
	readonly entered: (path: string) => boolean;
	/** Keeps others off a file that a statement opens. @throws DatabaseHeldError */
	readonly enter: (path: string) => void;
}

export function session({ path, connector, entered, enter }: SessionOptions): Session {
	const { library, lent, walAlone } = connector;
	const { name } = library;
	const files = library.locks === "folder" ? folderLibrary({ path, name, walAlone, entered, enter }) : POSIX_FILES;
	let current = lent;
	let last = lent;
	let generation = 0;
	/** What has to be called when a file is closed, by path. */
	const registered = new Map<string, () => void>();

	function register(file: string): void {
		if (!registered.has(file) && existsSync(file)) registered.set(file, useWithOneLibrary(file, library));
	}

	function forgetAll(): void {
		for (const forget of registered.values()) forget();
		registered.clear();
	}

	function use(file: string): void {
		register(file);
		files.use(file);
	}

	function opened(connection: SqliteConnection): SqliteConnection {
		current = connection;
		last = connection;
		generation++;
		return connection;
	}

	function close(): void {
		const connection = current;
		current = lent;
		try {
			if (connection === undefined || connection === lent) return;
			// An open transaction is rolled back, still with others kept off.
			files.beforeRollback();
			files.call(() => connection.close());
		} finally {
			files.release();
			forgetAll();
		}
	}

	/** Of a file that may not be there: then a database in memory has what it has, nothing. */
	function openReader(): SqliteConnection {
		const { connectReadOnly = connector.connect } = connector;
		return opened(files.call(() => (existsSync(path) ? connectReadOnly(path) : connector.connect(":memory:"))));
	}

	/** The last connection that can write takes the files away that WAL keeps beside the database. */
	function closeReader(reader: SqliteConnection, hadWal: boolean): void {
		let writer: SqliteConnection | undefined;
		try {
			if (library.locks === "posix" && !hadWal && existsSync(`${path}-wal`)) writer = connector.connect(path);
			writer?.query("PRAGMA schema_version");
		} catch (error) {
			// What was read stays read, and the files go with the next connection that closes.
			if (!isMigrateError(error) && reader.resultCode(error) === undefined) throw error;
		} finally {
			files.call(() => reader.close());
			writer?.close();
		}
	}

	return {
		get connection() {
			if (current === undefined) throw new TypeError(`${path} is used without having been entered`);
			return current;
		},
		get isOpen() {
			return current !== undefined;
		},
		get generation() {
			return generation;
		},
		get notice() {
			return files.notice;
		},
		resultCode: (error) => last?.resultCode(error) ?? kernelResultCode(error),
		call: files.call,
		open() {
			try {
				use(path);
				const connection = current ?? opened(files.call(() => connector.connect(path)));
				// It may have made the file.
				register(path);
				files.opened(connection);
			} catch (error) {
				close();
				throw error;
			}
		},
		use,
		reading(work) {
			return files.reading(() => {
				register(path);
				const hadWal = existsSync(`${path}-wal`);
				try {
					if (lent !== undefined) return work();
					const reader = openReader();
					try {
						return work();
					} finally {
						closeReader(reader, hadWal);
					}
				} finally {
					current = lent;
					forgetAll();
				}
			});
		},
		rollBack(file) {
			const own = file === path ? current : undefined;
			const connection = own ?? files.call(() => connector.connect(file));
			try {
				// Takes SQLite's shared lock, and with it looks at the journal.
				files.call(() => connection.query("PRAGMA schema_version"));
				return true;
			} catch {
				return false;
			} finally {
				if (own === undefined) files.call(() => connection.close());
			}
		},
		assertMayCommit: files.assertMayCommit,
		beforeRollback: files.beforeRollback,
		close,
	};
}
