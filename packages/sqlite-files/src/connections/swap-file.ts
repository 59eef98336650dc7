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

/** Puts another file in the place of the database, under SQLite's exclusive lock on it, and closes the connection. Tries once. */
export function swapFile({ path, file, connection, call, close }: Swap): void {
	// Whoever waits for the lock then finds that the file has been moved, and writes nothing to it.
	call(() => connection.begin("exclusive"));
	const old = openSync(path, "r+");
	try {
		let isLasting: boolean;
		try {
			renameSync(file, path);
			isLasting = syncFolderOf(path);
		} catch (error) {
			call(() => connection.rollback());
			throw error;
		}
		// After a power cut the name may lead to the old file again where the folder was not synced.
		if (isLasting) spoil(old);
		close();
	} finally {
		// Closed last: closing a file drops the POSIX locks of this process on it.
		closeFile(old, path, closeSync);
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
