import type { Version } from "../../version.ts";

/** What is not as it should be between a source and a database, and what to do about it. */
export interface Finding {
	/**
	 * `out-of-order`: pending below the version that the database is at. `changed`: a file differs from the one that ran.
	 * `missing`: applied, and the source has no file. `newer`: the database is above every file. `unknown`: another tool was
	 * at work, and nobody can tell whether it is applied. `adopted`: another tool has probably applied it.
	 * `accepted`: the seal says that an edit of its file is right.
	 * `dirty`: it began and did not end. `half-reverted`: the rounds of its down file began and did not end.
	 */
	readonly kind:
		| "dirty"
		| "half-reverted"
		| "out-of-order"
		| "changed"
		| "missing"
		| "newer"
		| "unknown"
		| "adopted"
		| "accepted";
	/** `error`: it stops what it concerns, unless a policy says otherwise. */
	readonly level: "error" | "warning" | "note";
	/** Ascending. */
	readonly versions: readonly Version[];
	/** One sentence that names the files and says what to do. */
	readonly message: string;
}
