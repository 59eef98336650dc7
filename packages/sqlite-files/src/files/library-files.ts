import type { SqliteConnection } from "@godwit/sqlite";

export interface LibraryFilesOptions {
	/** The real path of the main database. */
	readonly path: string;
	/** The library's, for messages. */
	readonly name: string;
	/** Allows WAL databases to a library that cannot share them. */
	readonly walAlone: boolean;
	/** Tells that others are kept off a file. */
	readonly entered: (path: string) => boolean;
	/** Keeps others off a file that a statement opens. @throws DatabaseHeldError */
	readonly enter: (path: string) => void;
}

/** What has to be done around a library's use of files, besides the lock beside each. */
export interface LibraryFiles {
	/** Runs a call of the library. */
	call<T>(work: () => T): T;
	/** What cannot be kept out, as a sentence. */
	readonly notice: string | undefined;
	/** Called before the library opens a file. @throws MigrateError `ERR_DATABASE` when it may not; DatabaseHeldError. */
	use(path: string): void;
	/** Called when the connection of a run is open. @throws DatabaseHeldError */
	opened(connection: SqliteConnection): void;
	/** Runs `work` such that the library locks nothing and rolls nothing back. */
	reading<T>(work: () => T): T;
	/** Belongs before every commit. @throws MigrateError `ERR_LOCK_LOST`; DatabaseHeldError. */
	assertMayCommit(): void;
	/**
	 * Belongs before every roll-back. A journal that is not ours any more was rolled back by somebody else, whose commits our
	 * roll-back would undo: nothing is written then, and SQLite reports an error.
	 */
	beforeRollback(): void;
	/** Belongs after our own connection was closed, and where the caller's stays open. */
	release(): void;
}

/** The files of a library that locks them with POSIX locks: the kernel does all. */
export const POSIX_FILES: LibraryFiles = {
	call: (work) => work(),
	notice: undefined,
	use() {},
	opened() {},
	reading: (work) => work(),
	assertMayCommit() {},
	beforeRollback() {},
	release() {},
};
