import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { createTrace } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import { closeFile } from "../folder-locks/kernel-lock.ts";
import { syncFolderOf } from "../folder-locks/sync-folder.ts";
import type { LibraryFiles } from "./library/library-files.ts";

const trace = createTrace("godwit:sqlite");

export interface Swap {
	/** The database's. */
	readonly path: string;
	/** What takes its place. */
	readonly file: string;
	/** To the database. */
	readonly connection: SqliteConnection;
	readonly call: LibraryFiles["call"];
	/** Closes the connection. */
	readonly close: () => void;
}

/** The file is in the place of the database, but a power cut may bring the old one back: the disk failed to sync the folder. */
export class UnsyncedSwapError extends Error {
	override readonly name = "UnsyncedSwapError";
}

/**
 * Puts another file in the place of the database, under SQLite's exclusive lock on it, and closes the connection. Tries once.
 *
 * @throws UnsyncedSwapError after all of that. After any other error of the system or of SQLite's lock the database is as before, and
 *   the connection open.
 */
export function swapFile({ path, file, connection, call, close }: Swap): void {
	// Whoever waits for the lock then finds that the file has been moved, and writes nothing to it.
	call(() => connection.begin("exclusive"));
	const old = openSync(path, "r+");
	try {
		try {
			renameSync(file, path);
		} catch (error) {
			call(() => connection.rollback());
			throw error;
		}
		// From here on the connection is one to a file without a name, whatever fails.
		const folder = syncedFolder(path);
		// After a power cut the name may lead to the old file again where the folder was not synced.
		if (folder === "synced") spoil(old);
		close();
		if (folder instanceof UnsyncedSwapError) throw folder;
	} finally {
		// Closed last: closing a file drops the POSIX locks of this process on it.
		closeFile(old, path, closeSync);
	}
}

/** @returns `"without"` for a folder that cannot be synced on this system; the error of a disk that fails. */
function syncedFolder(path: string): "synced" | "without" | UnsyncedSwapError {
	try {
		return syncFolderOf(path) ? "synced" : "without";
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		return new UnsyncedSwapError(reason, { cause });
	}
}

/**
 * Makes the file that was replaced no database any more. A program that has it open without a lock, and with journal mode memory or off,
 * does not find out otherwise that it has no name any more: what it writes would be lost without an error. See
 * https://sqlite.org/rescode.html#readonly_dbmoved
 *
 * The database is replaced already, so a disk that does not take that is no failure of the swap.
 */
function spoil(file: number): void {
	try {
		writeSync(file, Buffer.from("replaced by a restored backup; open it again".padEnd(100)), 0, 100, 0);
	} catch (error) {
		trace("the file that was replaced could not be marked: %O", error);
	}
}
