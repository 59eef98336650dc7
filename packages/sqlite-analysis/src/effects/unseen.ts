import type { Statement } from "@godwit/sql";

/** What is known of a statement without its program, which is not to be had. */
export interface Unseen {
	/** Why its effects are not known; missing when it has none on tables. */
	readonly unknown?: string;
}

const UNSEEN: Readonly<Record<string, Unseen>> = {
	// Compiling one runs it.
	PRAGMA: {},
	BEGIN: {},
	COMMIT: {},
	END: {},
	SAVEPOINT: {},
	RELEASE: {},
	ROLLBACK: { unknown: "what it takes back counts all the same" },
	ATTACH: { unknown: "it opens another file, which is not looked at" },
	DETACH: {},
	// VACUUM INTO would make the file.
	VACUUM: { unknown: "it writes the database, or another file, anew" },
	EXPLAIN: {},
};

/** Returns why a statement is not compiled: it must not be, or SQLite does not explain it. `undefined` for any other. */
export function unseen({ keyword }: Statement): Unseen | undefined {
	return UNSEEN[keyword];
}
