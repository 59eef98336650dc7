/** The copy of SQLite that a connection belongs to, and how it locks. */
export interface SqliteLibrary {
	/** For messages: `better-sqlite3`. */
	readonly name: string;
	/**
	 * `"posix"`: with POSIX locks on the file itself, as SQLite does by default. `"folder"`: with a folder `<file>.lock`, and
	 * all file access through Node's `fs` object, as node-sqlite3-wasm does.
	 */
	readonly locks: "posix" | "folder";
	/** The same value for all connections of one copy, and another one for every other copy. */
	readonly copy: unknown;
}
