import type { SqliteConnection } from "./sqlite-connection.ts";

/** What is known about the owner of a lock. "dead" is only returned when it is certain. */
export type Liveness = "alive" | "dead" | "unknown";

/** Names lock holders in the lock row, and finds out whether they still exist. */
export interface Holders {
	/** This holder, as one line of text. */
	readonly me: string;
	/** @param owner The `me` of a holder, or any other text. */
	liveness(owner: string): Liveness;
	/** Names a holder for a message: `process 4711 on host web-1`. */
	describe(owner: string): string;
}

/**
 * Access to the database: a connection, and the locks that keep others off its files while it is used.
 *
 * The package that opens the database decides who has to be kept off: nobody from a database in memory, other processes and
 * other SQLite libraries from a file.
 */
export interface DatabaseAccess {
	/** May be used between `enter` and `leave`, and inside `read`; at other times its calls throw. */
	readonly connection: SqliteConnection;
	/** Grows by one whenever `connection` is replaced by a new one, which has SQLite's default settings. */
	readonly generation: number;
	readonly entered: boolean;
	readonly holders: Holders;
	/**
	 * Tells which programs cannot be kept off, each time as a sentence: at once for the files that are entered, and until `leave` for
	 * each file that a statement attaches, before it is read. Belongs after `enter`.
	 */
	tellNotices(tell: ((notice: string) => void) | undefined): void;
	/**
	 * Keeps others off, for a run. Tries once.
	 *
	 * @throws DatabaseHeldError when another process is in the way. No lock is held then.
	 */
	enter(): Promise<void>;
	/** As `enter`, and permits to join runs whose transactions SQLite's own locks keep apart. */
	join(): Promise<void>;
	/** Belongs into the transaction that takes the lock row. @throws MigrateError `ERR_LOCK_LOST` when a person has removed the lock. */
	assertEntered(): void;
	/** Adds an attached file to those off which the next `enter` keeps others. */
	include(path: string): void;
	/** Takes back an `include`, unless others are kept off the file already. */
	exclude(path: string): void;
	/**
	 * Lets others in.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when the lock was removed by another process; an error that keeps the lock from
	 *   being removed. `close` and the next `enter` try again.
	 */
	leave(): Promise<void>;
	/** Runs reads of a few rows. Tries once. Writes only to roll back what a dead process has left. @throws DatabaseHeldError */
	read<T>(work: () => T): Promise<T>;
	/** Lets others in, and closes the connection unless it is the caller's. */
	close(): Promise<void>;
}
