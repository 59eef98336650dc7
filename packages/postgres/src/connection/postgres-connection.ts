/** One row of a result: the text of each value by the column's name; `null` for NULL. */
export type Row = Readonly<Record<string, string | null>>;

/** What one statement of a message gave. */
export interface StatementResult {
	/** What the server says was done: `INSERT 0 1`, `COMMIT`. Empty for an empty statement. */
	readonly tag: string;
	readonly rows: readonly Row[];
}

export interface SendOptions {
	/** Rows of a body may be many, and nobody looks at them. Default false. */
	readonly withoutRows?: boolean;
}

/** Whether the session is in a transaction, as the server said after the last message. */
export type TransactionStatus = "none" | "open" | "failed";

/** One session of one database. Its calls come one after the other. */
export interface PostgresConnection {
	/**
	 * Sends a message of one statement or several, which the server splits with its own grammar.
	 *
	 * @throws FailedMessage When the server refuses a statement, or when the connection ends.
	 */
	send(sql: string, options?: SendOptions): Promise<readonly StatementResult[]>;
	readonly transaction: TransactionStatus;
	/** Why it cannot be used any more; `undefined` while it can. */
	readonly lost: Error | undefined;
	/** The server process that answered when the connection was made; `undefined` where there is none. */
	readonly backend: number | undefined;
	/** Copies the whole database into memory, and connects to that; missing where a server has the database. */
	clone?(): Promise<PostgresConnection>;
	close(): Promise<void>;
}

/** A message that failed. It stays within this package. */
export class FailedMessage extends Error {
	/** How many statements of the message were done before. */
	readonly done: number;
	/** The client library's own error. */
	readonly reason: Error;

	constructor(reason: Error, done: number) {
		super(reason.message, { cause: reason });
		this.reason = reason;
		this.done = done;
	}
}
