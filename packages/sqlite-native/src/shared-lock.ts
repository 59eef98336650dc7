import { existsSync } from "node:fs";
import type { Database, Options } from "better-sqlite3";

/**
 * SQLite's shared lock on a file, by a second connection that can only read.
 *
 * The first lock of a transaction is when SQLite rolls back a journal that nobody seems to be at work on; a read-only
 * connection reports it instead, see https://sqlite.org/rescode.html#readonly_rollback
 */
export interface SharedLock {
	/** @returns Why it was not to be had, `undefined` when it was. */
	take(): unknown;
	release(): void;
	close(): void;
}

export function sharedLock(database: Database, path: string): SharedLock {
	const Connection = connectionClass(database);
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
				if (Connection === undefined) return new Error("no second connection of the same copy of SQLite");
				reader ??= readerOf(new Connection(path, { readonly: true, fileMustExist: true, timeout: 0 }));
				reader.begin.run();
				reader.touch.get();
				return undefined;
			} catch (error) {
				release();
				return error;
			}
		},
		release,
		close,
	};
}

type ConnectionClass = new (path: string, options?: Options) => Database;

/**
 * The binding's own class, not an application's that extends it, if its connections are of the same copy of the library:
 * closing a file drops the locks of another copy in this process, see https://sqlite.org/howtocorrupt.html#posix_close_bug
 */
function connectionClass(database: Database): ConnectionClass | undefined {
	let prototype: object = Object.getPrototypeOf(database);
	// Up to the one below Object's, which may be that of another realm.
	for (let next = prototype; Object.getPrototypeOf(next) !== null; next = Object.getPrototypeOf(next)) prototype = next;
	const Connection = prototype.constructor as ConnectionClass;
	const other = new Connection(":memory:");
	const same = libraryOf(other) === libraryOf(database);
	other.close();
	return same ? Connection : undefined;
}

/** The native class of the handle that the binding keeps under a symbol; `nativeBinding` can name another copy. */
function libraryOf(database: Database): unknown {
	const [symbol] = Object.getOwnPropertySymbols(database);
	const handle = symbol === undefined ? undefined : Reflect.get(database, symbol);
	return handle?.constructor ?? database;
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
