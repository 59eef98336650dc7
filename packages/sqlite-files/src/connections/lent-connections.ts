import { type BorrowedConnection, borrowedConnection } from "@godwit/sqlite";

/** Shared by all copies of this package in the thread. */
const KEY: unique symbol = Symbol.for("@godwit/sqlite-files/lent-connections");

/** Returns what all drivers over one database object of the caller's share. */
export function sharedByDriversOver(database: object): BorrowedConnection {
	const store = globalThis as { [KEY]?: WeakMap<object, BorrowedConnection> };
	store[KEY] ??= new WeakMap();
	const shared = store[KEY].get(database) ?? borrowedConnection();
	store[KEY].set(database, shared);
	return shared;
}
