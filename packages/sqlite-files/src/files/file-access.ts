import { existsSync } from "node:fs";
import { cleanUpAfter, createTrace, isMigrateError, MigrateError } from "@godwit/core";
import { type DatabaseAccess, DatabaseHeldError, type SqliteConnection } from "@godwit/sqlite";
import type { Found } from "../lock-file/link-file.ts";
import { newHolder } from "../owners/holder.ts";
import { cannotLeave, cannotOpen } from "./file-errors.ts";
import { fileHolders } from "./file-holders.ts";
import { fileReader } from "./file-reader.ts";
import { type Entering, fileSet } from "./file-set.ts";
import { guardedConnection } from "./guarded-connection.ts";
import { hasJournal } from "./journal.ts";
import { useWithOneLibrary } from "./one-library.ts";
import { realDatabasePath } from "./real-path.ts";
import { type Connector, session } from "./session.ts";

const trace = createTrace("godwit:sqlite");

export interface FileAccessOptions {
	/** The real path of the main database. */
	readonly path: string;
	readonly connector: Connector;
	/** After how long a claim of an owner who cannot be checked counts as left, in milliseconds. */
	readonly leaseMs: number;
	/** How long leaving waits for others who change the lock in that moment. */
	readonly waitMs: number;
}

/** Access to a database file: the only way by which a connection reaches one. */
export interface FileAccess extends DatabaseAccess {
	/** Enters over what a person says is left, and opens the database, if there is one. @returns false when it is not there any more as it was seen. */
	takeOver(seen: Found): Promise<boolean>;
	/** Tells that the lock stays although it was left, because a journal has to stay covered. */
	readonly keptLock: boolean;
}

/** Wraps the connections of a library; see docs/decisions/0009-database-files.md for the rules. */
export function fileAccess({ path, connector, leaseMs, waitMs }: FileAccessOptions): FileAccess {
	const { lent, library } = connector;
	const inFolders = library.locks === "folder";
	const holder = newHolder();
	const files = fileSet({ path, kind: inFolders ? "wasm" : "native", holder, library: library.name, leaseMs, waitMs });
	const inner = session({ path, connector, entered: (file) => files.has(file), enter: enterOpened });
	const connection = guardedConnection({ session: inner, files, inFolders });
	// The caller has it open between two runs too.
	const forgetLent = lent === undefined ? undefined : useWithOneLibrary(path, library);
	/** Files that dead holders of this lock had attached, as long as they have not been looked after. */
	let pending: readonly string[] = [];
	const read = fileReader({ path, connector, session: inner, enter: () => enter("read"), leave });
	let closed = false;
	/** An attempt to give the lock back has failed, and whoever asked for it was told. */
	let leftHalf = false;

	function isInside(): boolean {
		return files.main.entered && inner.isOpen;
	}

	function enterOpened(file: string): void {
		if (file === path) throw new DatabaseHeldError(`${path} is used outside of a run`, "other");
		inner.use(files.attach(file));
	}

	/** What the caller has attached is used by its migrations. */
	function includeAttached(lentConnection: SqliteConnection): void {
		for (const { file } of lentConnection.query("PRAGMA database_list")) {
			if (file !== null && file !== "") files.include(realDatabasePath(String(file)));
		}
	}

	async function enter(entering: Entering): Promise<void> {
		if (closed) throw new MigrateError("ERR_CLOSED", `the access to ${path} is closed`, undefined);
		if (isInside() && lent === undefined) return;
		if (lent !== undefined) includeAttached(lent);
		try {
			files.enter(entering);
		} catch (error) {
			pending = files.left;
			throw await cleanUpAfter(error, leave);
		}
		pending = files.left;
		await openEntered();
	}

	async function openEntered(): Promise<void> {
		try {
			inner.open();
			rollBackLeft();
		} catch (error) {
			const isTold = error instanceof DatabaseHeldError || inner.resultCode(error) !== undefined;
			throw await cleanUpAfter(isTold ? error : cannotOpen(path, error), leave);
		}
	}

	/** What dead holders of this lock had attached has a journal to be rolled back, as the main database. */
	function rollBackLeft(): void {
		for (const file of pending) {
			try {
				if (existsSync(file)) files.attach(file);
				if (files.has(file) && hasJournal(file)) inner.rollBack(file);
			} catch (error) {
				// Somebody else has it by now, and has rolled it back.
				if (!(error instanceof DatabaseHeldError)) throw error;
			}
		}
		pending = [];
	}

	/**
	 * Our own connection is closed before the first lock goes. The last one out looks for a journal under the claim; with
	 * folder locks before the kernel's lock goes, after which a journal can be a native application's.
	 */
	async function leave(): Promise<void> {
		const wasOpen = isInside();
		// Until it has succeeded.
		leftHalf = true;
		try {
			const clean = wasOpen && isClean(path);
			inner.close();
			await files.leave((file) => {
				if (file !== path) return isClean(file);
				return pending.length === 0 && (wasOpen && inFolders ? clean : isClean(file));
			});
			leftHalf = false;
		} catch (error) {
			throw cannotLeave(path, error);
		} finally {
			inner.close();
		}
	}

	function isClean(file: string): boolean {
		return !hasJournal(file) || inner.rollBack(file);
	}

	return {
		connection,
		get generation() {
			return inner.generation;
		},
		get entered() {
			return isInside();
		},
		holders: fileHolders(holder, files.main),
		get notice() {
			return files.main.unlinked
				? `no symbolic link can be made beside ${path}, so applications on node-sqlite3-wasm cannot be kept out; stop them while it is migrated`
				: inner.notice;
		},
		enter: () => enter("run"),
		get keptLock() {
			return files.main.entered && !inner.isOpen;
		},
		join: () => enter("join"),
		async takeOver(seen) {
			if (!files.main.takeOver(seen)) return false;
			pending = files.left;
			if (existsSync(path)) await openEntered();
			else rollBackLeft();
			return true;
		},
		assertEntered: () => files.main.assertEntered(),
		include: (file) => files.include(file),
		leave,
		read: async (work) => (isInside() ? work() : read(work)),
		async close() {
			if (closed) return;
			closed = true;
			const half = leftHalf;
			try {
				await leave();
			} catch (error) {
				// A link that a failure has left half removed was taken away by nobody.
				if (!half || !isMigrateError(error, "ERR_LOCK_LOST")) throw error;
				trace("the lock of %s was given back in part: %s", path, error);
			} finally {
				// Whatever could not be given back is a dead holder's from now on.
				holder.end();
				forgetLent?.();
				inner.close();
			}
		},
	};
}
