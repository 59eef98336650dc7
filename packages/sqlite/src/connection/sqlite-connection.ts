/** A value that SQLite stores. Integers are bigint in both directions. */
export type SqlValue = null | bigint | number | string | Uint8Array;

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** How a transaction begins, see https://sqlite.org/lang_transaction.html */
export type TransactionMode = "deferred" | "immediate" | "exclusive";

/**
 * The port: what a SQLite binding has to offer. Everything else about SQLite is written once, and uses this interface.
 *
 * All calls are synchronous, as in the bindings. A failure is thrown as the binding throws it.
 */
export interface SqliteConnection {
	begin(mode: TransactionMode): void;
	commit(): void;
	rollback(): void;
	/** Runs one statement with `?` parameters and returns its rows. */
	query(sql: string, parameters?: readonly SqlValue[]): readonly SqlRow[];
	/** Runs one `INSERT`, `UPDATE` or `DELETE` with `?` parameters. @returns How many rows it has changed, without those of triggers. */
	change(sql: string, parameters?: readonly SqlValue[]): number;
	/** Runs one statement and ignores its rows. */
	run(sql: string): void;
	/** False in autocommit mode, see https://sqlite.org/c3ref/get_autocommit.html */
	readonly inTransaction: boolean;
	/** The name of an error's result code, extended or primary: `SQLITE_BUSY`; `undefined` for an error that is not SQLite's. */
	resultCode(error: unknown): string | undefined;
	/**
	 * Optional: copies the main database, as it is in one moment, to another file, which is empty or does not exist. Belongs outside
	 * a transaction. Tries once.
	 */
	copyTo?(path: string): Promise<void>;
	/**
	 * Whether `copyTo` can also replace what is in another database, in one transaction of that one, beside programs that have it
	 * open. Default false.
	 */
	readonly overwrites?: boolean;
	/** Closes the connection. One of the caller's stays open. */
	close(): void;
}
