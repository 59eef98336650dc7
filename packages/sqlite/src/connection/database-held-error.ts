/** Who is in the way. A living godwit is waited for as the migration lock is, anybody else as SQLite's own busy. */
export type HolderKind = "godwit" | "other";

/** Somebody holds the database in a way that SQLite cannot see. It counts as SQLite's own busy. */
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
