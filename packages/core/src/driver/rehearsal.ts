import type { Driver } from "./driver.ts";

export interface RehearsalOptions {
	/** The folder for the copies, absolute or from the working directory; it has to be there. Default: the database's own. */
	readonly directory?: string | undefined;
}

/** A private copy of a database, on which migrations are tried, and what it was before. Goes with `remove`. */
export interface RehearsalCopy {
	/** The size of the copy when it was made. */
	readonly bytes: number;
	/**
	 * Opens a driver over the copy, for one user at a time. What a body does there reaches nothing outside of the copies: a file that
	 * it attaches is a copy too, and what would write another one is not run, see `reached`.
	 */
	open(): Promise<Driver>;
	/** Compares the copy, and those of files that were attached, with what they were before, while no driver is open over it. */
	compare(tables: TracedTables): Promise<RowComparison>;
	/** As `compare`, of the rows alone. */
	compareRows(tables: TracedTables): Promise<readonly ComparedTable[]>;
	/** What the bodies would have reached outside of the database, in the order in which they tried. Grows. */
	readonly reached: readonly ReachedFile[];
	/** Deletes the copies. */
	remove(): Promise<void>;
}

/** A file outside of the database that a statement names. */
export interface ReachedFile {
	/** The statement, cut as that of `StatementEffects`. */
	readonly sql: string;
	/** `copied`: a copy was used in its place. `not run`: the statement would write it, and was passed over. */
	readonly how: "copied" | "not run";
	/** In a sentence. */
	readonly message: string;
}

/** What is known of the tables and columns of before: how they are called now, and which were left alone. */
export interface TracedTables {
	/** Whether nothing can have written a row of a table or altered it, so that it is enough to count them. */
	isUntouched(table: string): boolean;
	/** The name that a table has now. */
	tableNow(table: string): string;
	/** The name that a column has now. @param table As it was called before. */
	columnNow(table: string, column: string): string;
}

/** What the migrations did to the rows, and how the copy is. */
export interface RowComparison {
	/**
	 * Of every table, sorted by name; without virtual ones. The rows of those that nothing has written are counted. Behind them those of
	 * the files that were attached.
	 */
	readonly tables: readonly ComparedTable[];
	/** Rows whose foreign key leads nowhere, by key: those of which there are more than before, or that have other values than before. */
	readonly violations: readonly ForeignKeyViolations[];
	/** What SQLite or another database says of damage; empty for none. */
	readonly damage: readonly string[];
	/** False where `violations` and `damage` are empty since nobody looked: a server enforces foreign keys, and has no such check. Default true. */
	readonly examined?: boolean | undefined;
	/** What could not be compared, each in a sentence. */
	readonly gaps: readonly string[];
	/** The size of the copy now. */
	readonly bytes: number;
}

/** The rows of a table before and after. */
export interface ComparedTable {
	/** Its name now; that of before for a table that is gone. */
	readonly name: string;
	/** The name that it had before; missing for a new table. */
	readonly nameBefore?: string | undefined;
	/** The name under which its file was attached, which `name` and `nameBefore` begin with: `other` of `other.notes`; missing for a table of the database. */
	readonly attached?: string | undefined;
	/** False for a table that is gone. */
	readonly exists: boolean;
	/** By which columns, named as before, a row is known again; empty where a table has no key and equal rows are counted. */
	readonly key: readonly string[];
	/** How many rows there were; 0 for a new table. */
	readonly before: number;
	/** How many there are. */
	readonly after: number;
	readonly lost: number;
	/** Of the columns that the table has before and after. */
	readonly changed: number;
	readonly added: number;
	/** A few of the rows that are lost and changed: the key of each, or the row itself where there is no key. */
	readonly samples: { readonly lost: readonly string[]; readonly changed: readonly string[] };
}

export interface ForeignKeyViolations {
	/** The table whose rows refer. */
	readonly table: string;
	/** The table to which they refer. */
	readonly parent: string;
	readonly before: number;
	readonly after: number;
}
