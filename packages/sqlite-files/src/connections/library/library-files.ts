import type { SqliteConnection } from "@godwit/sqlite";

export interface LibraryFilesOptions {
	/** The real path of the main database. */
	readonly path: string;
	/** The library's, for messages. */
	readonly name: string;
	/** Allows WAL databases to a library that cannot share them. */
	readonly walAlone: boolean;
	/** Returns whether others are kept off a file. */
	readonly entered: (path: string) => boolean;
	/** Keeps others off a file that a statement opens. @throws DatabaseHeldError */
	readonly enter: (path: string) => void;
}

/** What a library's use of files needs in addition to the lock beside each file. */
export interface LibraryFiles {
	/** Runs a call of the library. */
	call<T>(work: () => T): T;
	/** Tells which programs cannot be kept out, a sentence each, now and from now on until `release`. */
	tellNotices(tell: ((notice: string) => void) | undefined): void;
	/** Called before the library opens a file. @throws MigrateError `ERR_DATABASE` when it may not; DatabaseHeldError. */
	use(path: string): void;
	/** Called when the connection of a run is open. @throws DatabaseHeldError */
	opened(connection: SqliteConnection): void;
	/** Runs `work`, during which the library locks nothing and rolls nothing back. */
	reading<T>(work: () => T): T;
	/** Called before every commit. @throws MigrateError `ERR_LOCK_LOST`; DatabaseHeldError. */
	assertMayCommit(): void;
	/**
	 * Belongs before every roll-back. When another program has rolled this connection's journal back, a second roll-back
	 * would undo that program's commits. Nothing is written then, and SQLite reports an error.
	 */
	beforeRollback(): void;
	/** Belongs after a connection of godwit's was closed, and at the end of a run on the caller's, which stays open. */
	release(): void;
}

/** The files of a library that locks them with POSIX locks. It needs nothing more. */
export const POSIX_FILES: LibraryFiles = {
	call: (work) => work(),
	tellNotices() {},
	use() {},
	opened() {},
	reading: (work) => work(),
	assertMayCommit() {},
	beforeRollback() {},
	release() {},
};
