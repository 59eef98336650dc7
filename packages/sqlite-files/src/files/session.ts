import { existsSync, statSync } from "node:fs";
import { isMigrateError, MigrateError } from "@godwit/core";
import { DatabaseHeldError, type SqliteConnection } from "@godwit/sqlite";
import { fileHooks } from "../folder-locks/file-hooks.ts";
import { assertNotLockedHere, type KernelLock, kernelResultCode, takeKernelLock } from "../folder-locks/kernel-lock.ts";
import { isWal, walRefusal } from "../folder-locks/wal.ts";
import type { SqliteLibrary } from "./library.ts";
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
	let current = lent;
	let last = lent;
	let generation = 0;
	let reading = false;
	/** What has to be called when a file is closed, by path. */
	const registered = new Map<string, () => void>();
	/** The file that was opened, by device and inode. */
	let openedFile: string | undefined;
	const kernelLocks = new Map<string, KernelLock>();
	/** In WAL mode, and said to be used by nobody else. */
	const walFiles = new Set<string>();
	const inFolders = library.locks === "folder";
	const hooks = inFolders
		? fileHooks({
				main: path,
				entered,
				get reading() {
					return reading;
				},
				enter(file) {
					enter(file);
					lockInKernel(file);
				},
				locking: lockInKernel,
				closing: releaseInKernel,
			})
		: undefined;

	function call<T>(work: () => T): T {
		return hooks === undefined ? work() : hooks.call(work);
	}

	function lockInKernel(file: string): void {
		if (!inFolders || reading || walFiles.has(file) || kernelLocks.has(file)) return;
		try {
			kernelLocks.set(file, takeKernelLock(file));
		} catch (error) {
			if (file === path || !(error instanceof DatabaseHeldError)) throw error;
			throw new DatabaseHeldError(error.message, error.holder, file);
		}
	}

	function releaseInKernel(file: string): void {
		const lock = kernelLocks.get(file);
		kernelLocks.delete(file);
		lock?.release();
	}

	function use(file: string): void {
		if (!registered.has(file) && existsSync(file)) registered.set(file, useWithOneLibrary(file, library));
	}

	function forgetAll(): void {
		for (const forget of registered.values()) forget();
		registered.clear();
	}

	function opened(connection: SqliteConnection): void {
		current = connection;
		last = connection;
		generation++;
	}

	function close(): void {
		for (const file of [...kernelLocks.keys()]) releaseInKernel(file);
		const connection = current;
		if (connection !== lent) beforeRollback();
		walFiles.clear();
		forgetAll();
		openedFile = undefined;
		current = lent;
		if (connection !== undefined && connection !== lent) call(() => connection.close());
	}

	/**
	 * A journal that is not ours any more was rolled back by somebody else, whose commits our roll-back would undo: nothing is
	 * written then, and SQLite reports an error.
	 */
	function beforeRollback(): void {
		try {
			hooks?.assertJournals();
		} catch {
			// It has been told already, or is with the next commit.
		}
	}

	/** The last connection that can write takes the files away that the mode keeps beside the database. */
	function closeReader(reader: SqliteConnection, hadWal: boolean): void {
		const made = !hadWal && !inFolders && existsSync(`${path}-wal`);
		let writer: SqliteConnection | undefined;
		try {
			writer = made ? connector.connect(path) : undefined;
			writer?.query("PRAGMA schema_version");
		} catch (error) {
			// What was read stays read; the files go with the next connection that closes.
			if (connector.lent === undefined && last?.resultCode(error) === undefined && !isMigrateError(error)) throw error;
		} finally {
			call(() => reader.close());
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
			return kernelLocks.get(path)?.notice;
		},
		resultCode: (error) => last?.resultCode(error) ?? kernelResultCode(error),
		call,
		open() {
			use(path);
			try {
				if (inFolders) assertNotLockedHere(path);
				// Looking for it closes the file, which would drop a lock that is held already.
				const wal = inFolders && kernelLocks.size === 0 && isWal(path);
				if (wal && !walAlone) throw walRefusal(path, library.name);
				if (wal) walFiles.add(path);
				if (current === undefined) opened(call(() => connector.connect(path)));
				// Without shared memory it can be opened for one connection alone, see https://sqlite.org/wal.html#noshm
				if (wal) call(() => current?.query("PRAGMA locking_mode = EXCLUSIVE"));
				use(path);
				openedFile ??= identityOf(path);
				lockInKernel(path);
			} catch (error) {
				close();
				throw error;
			}
		},
		use(file) {
			if (inFolders && !kernelLocks.has(file) && isWal(file)) {
				if (!walAlone) throw walRefusal(file, library.name);
				walFiles.add(file);
			}
			use(file);
		},
		reading<T>(work: () => T): T {
			const exists = existsSync(path);
			if (inFolders) assertNotLockedHere(path);
			use(path);
			const hadWal = existsSync(`${path}-wal`);
			reading = true;
			try {
				// Its library rolls no journal back meanwhile.
				if (lent !== undefined) return work();
				const reader = call(
					() => (exists ? connector.connectReadOnly?.(path) : undefined) ?? connector.connect(":memory:"),
				);
				opened(reader);
				try {
					return work();
				} finally {
					closeReader(reader, hadWal);
				}
			} finally {
				reading = false;
				current = lent;
				forgetAll();
			}
		},
		rollBack(file) {
			const own = file === path ? current : undefined;
			const connection = own ?? call(() => connector.connect(file));
			try {
				// Takes SQLite's shared lock, and with it looks at the journal.
				call(() => connection.query("PRAGMA schema_version"));
				return true;
			} catch {
				return false;
			} finally {
				if (own === undefined) call(() => connection.close());
			}
		},
		assertMayCommit() {
			if (hooks === undefined) return;
			hooks.assertJournals();
			if (identityOf(path) !== openedFile) throw replaced(path);
			for (const lock of kernelLocks.values()) lock.assertHeld();
		},
		beforeRollback,
		close,
	};
}

function identityOf(path: string): string | undefined {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	return stat && `${stat.dev}:${stat.ino}`;
}

function replaced(path: string): MigrateError {
	const message = `another file was put in the place of ${path} while it was migrated; nothing more is committed. Look at both, and run the command again`;
	return new MigrateError("ERR_LOCK_LOST", message, { owner: "another program" });
}
