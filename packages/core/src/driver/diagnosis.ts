/** What is wrong with a database, or worth knowing of it, apart from any migration. */
export interface Diagnosis {
	/**
	 * `corrupt`: the database's own check of its file has found something. `double-quoted-literal`: a statement of the schema has a
	 * text in double quotes, which some builds of the database read as a name. `dangling-reference`: an object refers to what is not
	 * there. `foreign-key`: rows point to rows that do not exist. `stale-wal`: a write-ahead log was left beside the file.
	 * `not-examined`: an object that cannot be looked at here. `written-by`: which version wrote the file last.
	 */
	readonly kind:
		| "corrupt"
		| "double-quoted-literal"
		| "dangling-reference"
		| "foreign-key"
		| "stale-wal"
		| "not-examined"
		| "written-by";
	/** `error`: something fails, or gives wrong answers. `warning`: something can go wrong. `note`: for information. */
	readonly level: "error" | "warning" | "note";
	/** What it concerns: `table notes`, `view recent`; missing for the database as a whole. */
	readonly object?: string;
	/** One sentence that says what is so, and what to do. */
	readonly message: string;
	/** The statements that make the object anew. Of a table the one that makes it, for a rebuild. */
	readonly sql?: string;
}
