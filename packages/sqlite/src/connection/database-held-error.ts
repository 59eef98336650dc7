/** Who is in the way. A run of godwit is waited for until the lock timeout, any other program until the busy timeout. */
export type HolderKind = "godwit" | "other";

/**
 * Another process holds the database, in a way that SQLite cannot see, or as a run of godwit whose lock SQLite has met. The
 * error is treated as SQLITE_BUSY, and is its cause where SQLite has reported it.
 */
export class DatabaseHeldError extends Error {
	override readonly name = "DatabaseHeldError";
	readonly holder: HolderKind;
	/** The attached file that is held; `undefined` when it is the main database's. */
	readonly attached: string | undefined;

	constructor(message: string, holder: HolderKind, attached?: string, options?: ErrorOptions) {
		super(message, options);
		this.holder = holder;
		this.attached = attached;
	}
}
