import { type DatabaseAccess, DatabaseHeldError } from "@godwit/sqlite";
import type { Connector } from "../connections/connector.ts";
import { useWithOneLibrary } from "../connections/library/one-library.ts";
import { type LockingConnection, lockingConnection } from "../connections/locking-connection.ts";
import { session } from "../connections/session.ts";
import type { Found } from "../lock-file/link-file.ts";
import { otherRun } from "../lock-file/other-run.ts";
import { newHolder } from "../owners/holder.ts";
import { fileReader } from "../reading/file-reader.ts";
import { copyOfDatabase } from "./copy-of-database.ts";
import { databaseEntry } from "./database-entry.ts";
import { endOfAccess } from "./end-of-access.ts";
import { fileHolders } from "./file-holders.ts";
import { type Entering, fileSet } from "./file-set.ts";

export interface FileAccessOptions {
	/** The real path of the main database. */
	readonly path: string;
	readonly connector: Connector;
	/** After how long a claim counts as abandoned whose owner cannot be checked, in milliseconds. */
	readonly leaseMs: number;
	/** How long `leave` waits for another run that is changing the lock, in milliseconds. */
	readonly lockTimeoutMs: number;
}

/** Access to a database file: the only way by which a connection reaches one. */
export interface FileAccess extends DatabaseAccess {
	readonly connection: LockingConnection;
	/**
	 * Enters over a lock that a person says nobody holds any more, and opens the database if there is one.
	 *
	 * @returns false when the lock is no longer as the person has seen it.
	 */
	takeOver(seen: Found): Promise<boolean>;
	/** Returns whether `leave` has kept the lock, because there is a journal that could not be rolled back. */
	readonly keptLock: boolean;
	/**
	 * Copies the database as it is in one moment to another file. Between two runs it is only read, where that is safe; otherwise others
	 * are kept off for the length of it. Tries once. @throws DatabaseHeldError
	 */
	copyTo(path: string): Promise<void>;
	/** Puts another file in the place of the database, see `Session.swap`. Belongs between `enter` and `leave`. */
	swap(file: string): void;
	/** Opens the database after `swap`. Tries once. @throws DatabaseHeldError */
	reopen(): void;
	/** Whether the connection is the caller's, which stays open. */
	readonly isBorrowed: boolean;
}

/** Wraps the connections of a library; see docs/decisions/0009-database-files.md for the rules. */
export function fileAccess({ path, connector, leaseMs, lockTimeoutMs }: FileAccessOptions): FileAccess {
	const { borrowed, library } = connector;
	const inFolders = library.locks === "folder";
	const holder = newHolder();
	const files = fileSet({
		path,
		kind: inFolders ? "wasm" : "native",
		holder,
		library: library.name,
		leaseMs,
		lockTimeoutMs,
	});
	const inner = session({ path, connector, entered: (file) => files.has(file), enter: enterOpened });
	const entry = databaseEntry({ path, connector, files, session: inner });
	// The caller has it open between two runs too.
	const forgetBorrowed = borrowed === undefined ? undefined : useWithOneLibrary(path, library);
	const end = endOfAccess({ path, entry, holder, session: inner, forgetBorrowed });
	const enterToRead = (): Promise<void> => enter("read");
	const read = fileReader({ path, connector, session: inner, enter: enterToRead, leave: entry.leave });

	function enterOpened(file: string): void {
		if (file === path) throw new DatabaseHeldError(`${path} is used outside of a run`, "other");
		inner.use(files.attach(file));
	}

	async function enter(entering: Entering): Promise<void> {
		end.assertOpen();
		await entry.enter(entering);
	}

	const connection = lockingConnection({
		session: inner,
		files,
		inFolders,
		otherRun: (hasLocks, cause) =>
			otherRun({ path, me: holder.owner, inTransaction: hasLocks, isAlone: files.isAlone }, cause),
	});

	return {
		connection,
		get generation() {
			return inner.generation;
		},
		get entered() {
			return entry.isInside;
		},
		holders: fileHolders(holder, files.main),
		tellNotices(tell) {
			inner.tellNotices(tell);
			files.tellNotices(tell);
		},
		enter: () => enter("run"),
		get keptLock() {
			return files.main.entered && !inner.isOpen;
		},
		join: () => enter("join"),
		takeOver: entry.takeOver,
		copyTo: copyOfDatabase({ path, connector, session: inner, entry, enter: enterToRead, connection }),
		swap: inner.swap,
		reopen: inner.open,
		isBorrowed: borrowed !== undefined,
		assertEntered: () => files.main.assertEntered(),
		include: (file) => files.include(file),
		exclude: (file) => files.exclude(file),
		leave: entry.leave,
		read: async (work) => (entry.isInside ? work() : read(work)),
		close: end.close,
	};
}
