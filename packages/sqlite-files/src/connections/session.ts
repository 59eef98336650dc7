import type { SqliteConnection } from "@godwit/sqlite";
import { folderLibrary } from "../folder-locks/folder-library.ts";
import type { Connector } from "./connector.ts";
import { currentConnection } from "./current-connection.ts";
import { filesInPlace } from "./files-in-place.ts";
import { POSIX_FILES } from "./library/library-files.ts";
import { filesOfOneLibrary } from "./library/one-library.ts";
import { readerConnection } from "./reader-connection.ts";
import { rollBackJournal } from "./roll-back-journal.ts";
import { swapFile } from "./swap-file.ts";

/** The connection to one database, which is opened and closed many times, and the files that its library uses. */
export interface Session {
	/** @throws when nothing is open: a database file may only be used between `enter` and `leave`. */
	readonly connection: SqliteConnection;
	readonly isOpen: boolean;
	/** Counts the connections that were opened. */
	readonly generation: number;
	/** Tells what the kernel's locks cannot keep out, now and as files are attached, until the connection is closed. */
	tellNotices(tell: ((notice: string) => void) | undefined): void;
	/** As that of the port, also for an error of a connection that is closed by now. */
	resultCode(error: unknown): string | undefined;
	/** Runs a call of the library. */
	call<T>(work: () => T): T;
	/** Opens the connection for a run. @throws DatabaseHeldError when a native connection has a file of a library with folder locks. */
	open(): void;
	/** Opens a connection that cannot write for the length of `work`; one in memory where there is no file. */
	reading<T>(work: () => T): T;
	/** As `reading`, see `ReaderConnection.readLong`. */
	readingLong(work: () => Promise<void>): Promise<void>;
	/** Notes that the library is about to use a further file. @throws MigrateError `ERR_DATABASE` when it may not. */
	use(file: string): void;
	/** Notes which files the connection has open, by real path. Belongs after ATTACH and DETACH. */
	noteFiles(paths: readonly string[]): void;
	/** Rolls back the journal that a dead process left beside a file. Others are kept off it. @returns false when the journal stays. */
	rollBack(file: string): boolean;
	/** Belongs before every commit. @throws MigrateError `ERR_LOCK_LOST`; DatabaseHeldError. */
	assertMayCommit(): void;
	/** Belongs before every roll-back. */
	beforeRollback(): void;
	/** Puts another file in the place of the database, under SQLite's exclusive lock on it, and closes the connection. Tries once. Not for the caller's connection. */
	swap(file: string): void;
	/** Closes the connection, unless it is the caller's. */
	close(): void;
}

export interface SessionOptions {
	readonly path: string;
	readonly connector: Connector;
	/** Returns whether others are kept off a file. */
	readonly entered: (path: string) => boolean;
	/** Keeps others off a file that a statement opens. @throws DatabaseHeldError */
	readonly enter: (path: string) => void;
}

export function session({ path, connector, entered, enter }: SessionOptions): Session {
	const { library, borrowed, walAlone } = connector;
	const { name, locks } = library;
	const files = locks === "folder" ? folderLibrary({ path, name, walAlone, entered, enter }) : POSIX_FILES;
	const current = currentConnection(borrowed);
	const used = filesOfOneLibrary(library);
	const inPlace = filesInPlace(path, borrowed !== undefined);

	const reader = readerConnection({ path, connector, current, files, used });

	function use(file: string): void {
		used.add(file);
		files.use(file);
	}

	function close(): void {
		const own = current.reset();
		try {
			if (own === undefined) return;
			// Closing rolls an open transaction back, so others are still kept off.
			files.beforeRollback();
			files.call(() => own.close());
		} finally {
			files.release();
			used.clear();
			inPlace.closed();
		}
	}

	function open(): void {
		try {
			use(path);
			const connection = current.connection ?? current.opened(files.call(() => connector.connect(path)));
			// Opening may have made the file.
			used.add(path);
			inPlace.opened();
			files.opened(connection);
		} catch (error) {
			close();
			throw error;
		}
	}

	return {
		get connection() {
			if (current.connection === undefined) throw new TypeError(`${path} is used without having been entered`);
			return current.connection;
		},
		get isOpen() {
			return current.connection !== undefined;
		},
		get generation() {
			return current.generation;
		},
		tellNotices: files.tellNotices,
		resultCode: current.resultCode,
		call: files.call,
		open,
		swap(file) {
			const { connection } = current;
			if (connection === undefined || borrowed !== undefined) throw new TypeError(`${path} cannot be replaced`);
			swapFile({ path, file, connection, call: files.call, close });
		},
		use,
		noteFiles: inPlace.note,
		reading: reader.read,
		readingLong: reader.readLong,
		rollBack: (file) => rollBackJournal(file, connector, files, file === path ? current.connection : undefined),
		assertMayCommit() {
			inPlace.assertInPlace();
			files.assertMayCommit();
		},
		beforeRollback: files.beforeRollback,
		close,
	};
}
