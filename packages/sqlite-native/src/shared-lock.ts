import { existsSync } from "node:fs";
import type { Database, Options } from "better-sqlite3";

/**
 * SQLite's shared lock on a file, by a second connection that can only read.
 *
 * The first lock of a transaction is when SQLite rolls back a journal that nobody seems to be at work on; a read-only
 * connection reports it instead, see https://sqlite.org/rescode.html#readonly_rollback
 */
export interface SharedLock {
	/** @returns Whether it was to be had; whatever is the matter, the caller's statement meets it in its turn. */
	take(): boolean;
	release(): void;
	close(): void;
}

export function sharedLock(database: Database, path: string): SharedLock {
	// Of the same copy of the library: closing a file drops the locks of another copy in this process.
	const Connection = database.constructor as new (path: string, options: Options) => Database;
	let reader: Reader | undefined;

	function release(): void {
		if (reader?.connection.inTransaction) reader.end.run();
		// With WAL the lock stays as long as the connection is open, and keeps the mode from being changed.
		if (existsSync(`${path}-wal`)) close();
	}

	function close(): void {
		reader?.connection.close();
		reader = undefined;
	}

	return {
		take() {
			try {
				reader ??= readerOf(new Connection(path, { readonly: true, fileMustExist: true, timeout: 0 }));
				reader.begin.run();
				reader.touch.get();
				return true;
			} catch {
				release();
				return false;
			}
		},
		release,
		close,
	};
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(connection: Database) {
	return {
		connection,
		begin: connection.prepare("BEGIN"),
		// Takes the lock, and unlike a query does not read the schema.
		touch: connection.prepare("PRAGMA user_version"),
		end: connection.prepare("COMMIT"),
	};
}
