import type { SqliteConnection } from "./sqlite-connection.ts";

/** What can be known of who holds a lock. "dead" is only said when it is certain. */
export type Liveness = "alive" | "dead" | "unknown";

/** Names lock holders in the lock row, and tells whether they still are there. */
export interface Holders {
	/** This holder, as one line of text. */
	readonly me: string;
	/** @param owner What `me` was for its holder, or any other text. */
	liveness(owner: string): Liveness;
	/** Names a holder for a message: `process 4711 on host web-1`. */
	describe(owner: string): string;
}

/**
 * The way to the database: a connection, and what keeps others off its files while it is used.
 *
 * Whoever opens databases decides what has to be kept off: nothing for one in memory, other processes and other SQLite
 * libraries for a file.
 */
export interface DatabaseAccess {
	/** May be used between `enter` and `leave`, and inside `read`; at other times its calls throw. */
	readonly connection: SqliteConnection;
	/** Grows by one whenever `connection` has become a new one, whose settings are SQLite's own again. */
	readonly generation: number;
	readonly entered: boolean;
	readonly holders: Holders;
	/** What cannot be kept off here, as a sentence; `undefined` when nothing has to be said. Known after `enter`. */
	readonly notice: string | undefined;
	/**
	 * Keeps others off, for a run. Tries once.
	 *
	 * @throws DatabaseHeldError when somebody is in the way. Nothing is kept then.
	 */
	enter(): Promise<void>;
	/** As `enter`, also beside others who are kept apart by SQLite's own locks. */
	join(): Promise<void>;
	/** Belongs into the transaction that takes the lock row. @throws MigrateError `ERR_LOCK_LOST` when a person let others in. */
	assertEntered(): void;
	/** Adds an attached file to what the next `enter` keeps others off. */
	include(path: string): void;
	/**
	 * Lets others in.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when somebody had let them in already; whatever keeps the lock from being
	 *   removed. It is tried again with the next `enter` and with `close`.
	 */
	leave(): Promise<void>;
	/** Runs reads of a few rows. Tries once. Writes nothing, unless what a dead process left has to be rolled back. @throws DatabaseHeldError */
	read<T>(work: () => T): Promise<T>;
	/** Leaves, and closes the connection unless the caller brought it. */
	close(): Promise<void>;
}
