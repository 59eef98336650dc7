/** Who is in the way. A run of godwit is waited for until the lock timeout, any other program until the busy timeout. */
export type HolderKind = "godwit" | "other";

/** Another process holds the database in a way that SQLite cannot see. The error is treated as SQLITE_BUSY. */
export class DatabaseHeldError extends Error {
	override readonly name = "DatabaseHeldError";
	readonly holder: HolderKind;
	/** The attached file that is held; `undefined` when it is the main database's. */
	readonly attached: string | undefined;

	constructor(message: string, holder: HolderKind, attached?: string) {
		super(message);
		this.holder = holder;
		this.attached = attached;
	}
}
