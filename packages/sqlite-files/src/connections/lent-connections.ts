import { type SharedByDrivers, sharedByDrivers } from "@godwit/sqlite";

/** Shared by all copies of this package in the thread. */
const KEY: unique symbol = Symbol.for("@godwit/sqlite-files/lent-connections");

/** Returns what all drivers over one database object of the caller's share. */
export function sharedByDriversOver(database: object): SharedByDrivers {
	const store = globalThis as { [KEY]?: WeakMap<object, SharedByDrivers> };
	store[KEY] ??= new WeakMap();
	const shared = store[KEY].get(database) ?? sharedByDrivers();
	store[KEY].set(database, shared);
	return shared;
}
