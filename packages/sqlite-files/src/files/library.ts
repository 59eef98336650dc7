/** Which copy of SQLite a connection is of, and how that one locks. */
export interface SqliteLibrary {
	/** For messages: `better-sqlite3`. */
	readonly name: string;
	/**
	 * `"posix"`: with POSIX locks on the file itself, as SQLite does by default. `"folder"`: with a folder `<file>.lock`, and
	 * all file access through Node's `fs` object, as node-sqlite3-wasm does.
	 */
	readonly locks: "posix" | "folder";
	/** The same for connections of one copy, and for no other. */
	readonly copy: unknown;
}
