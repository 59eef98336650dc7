import { cleanUpAfter, createTrace, isMigrateError, MigrateError } from "@godwit/core";
import { type DatabaseAccess, DatabaseHeldError } from "@godwit/sqlite";
import type { Connector } from "../connections/connector.ts";
import { lockingConnection } from "../connections/locking-connection.ts";
import { useWithOneLibrary } from "../connections/one-library.ts";
import { session } from "../connections/session.ts";
import type { Found } from "../lock-file/link-file.ts";
import { otherRun } from "../lock-file/other-run.ts";
import { newHolder } from "../owners/holder.ts";
import { copyWithoutLock } from "../reading/copy-without-lock.ts";
import { fileReader } from "../reading/file-reader.ts";
import { LOCK_NEEDED } from "../reading/unlocked-read.ts";
import { databaseEntry } from "./database-entry.ts";
import { fileHolders } from "./file-holders.ts";
import { type Entering, fileSet } from "./file-set.ts";

const trace = createTrace("godwit:sqlite");

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
	const read = fileReader({ path, connector, session: inner, enter: () => enter("read"), leave: entry.leave });
	let closed = false;

	function enterOpened(file: string): void {
		if (file === path) throw new DatabaseHeldError(`${path} is used outside of a run`, "other");
		inner.use(files.attach(file));
	}

	async function enter(entering: Entering): Promise<void> {
		if (closed) throw new MigrateError("ERR_CLOSED", `the access to ${path} is closed`, undefined);
		await entry.enter(entering);
	}

	async function close(): Promise<void> {
		if (closed) return;
		closed = true;
		const failedBefore = entry.releaseFailed;
		try {
			await entry.leave();
		} catch (error) {
			// Nobody took the lock away: the failed attempt has removed the link already.
			if (!failedBefore || !isMigrateError(error, "ERR_LOCK_LOST")) throw error;
			trace("the lock of %s was given back in part: %s", path, error);
		} finally {
			// Whatever could not be given back belongs to a dead holder from now on.
			holder.end();
			forgetBorrowed?.();
			inner.close();
		}
	}

	const connection = lockingConnection({
		session: inner,
		files,
		inFolders,
		otherRun: (hasLocks, cause) =>
			otherRun({ path, me: holder.owner, inTransaction: hasLocks, isAlone: files.isAlone }, cause),
	});

	async function copyTo(file: string): Promise<void> {
		if (entry.isInside) return connection.copyTo(file);
		const copied = await copyWithoutLock({ path, connector, session: inner }, () => connection.copyTo(file));
		if (copied !== LOCK_NEEDED) return;
		await enter("read");
		try {
			await connection.copyTo(file);
		} catch (error) {
			throw await cleanUpAfter(error, entry.leave);
		}
		await entry.leave();
	}

	return {
		connection,
		get generation() {
			return inner.generation;
		},
		get entered() {
			return entry.isInside;
		},
		holders: fileHolders(holder, files.main),
		get notice() {
			return files.main.withoutLink
				? `no symbolic link can be made beside ${path}, so applications on node-sqlite3-wasm cannot be kept out; stop them while it is migrated`
				: inner.notice;
		},
		enter: () => enter("run"),
		get keptLock() {
			return files.main.entered && !inner.isOpen;
		},
		join: () => enter("join"),
		takeOver: entry.takeOver,
		copyTo,
		swap: inner.swap,
		reopen: inner.open,
		isBorrowed: borrowed !== undefined,
		assertEntered: () => files.main.assertEntered(),
		include: (file) => files.include(file),
		exclude: (file) => files.exclude(file),
		leave: entry.leave,
		read: async (work) => (entry.isInside ? work() : read(work)),
		close,
	};
}
