import type { FileFinding, StatementEffects } from "@godwit/core";
import type { RoundStatement, Rule, Statement } from "@godwit/sql";
import type { CanonicalToken, SqliteConnection, SqlRow } from "@godwit/sqlite";
import type { SchemaState } from "../schema/schema-state.ts";

/** What a rule says of a statement; the place is the statement's. */
export interface Found {
	readonly rule: Rule;
	readonly level: FileFinding["level"];
	readonly message: string;
}

/** A question to the rows of the database itself. */
export interface Probe {
	/** A SELECT. */
	readonly sql: string;
	/** Returns what the answer means; `undefined` for nothing. */
	decide(rows: readonly SqlRow[]): Found | undefined;
	/** Returns what it means that the database refuses the question. @param reason What SQLite says. */
	refused(reason: string): Found;
}

export function isProbe(result: Found | Probe): result is Probe {
	return "sql" in result;
}

/** `empty`: it was made, and has no rows yet. `changed`: its rows or columns are others. By `quotedName`. */
export type TouchedTables = ReadonlyMap<string, "empty" | "changed">;

/** The file that is analysed, up to the statement that a rule looks at. */
export interface FileProgress {
	/** The schema as the file begins. */
	readonly before: SchemaState;
	/** Whether all of it runs in one transaction. */
	readonly transaction: boolean;
	/** How it is run in rounds; `undefined` for a file that is not. */
	readonly rounds: RoundStatement | undefined;
	/** Whether it runs whole also where it asks for rounds. */
	readonly whole: boolean;
	/** Whether foreign keys are enforced now. */
	readonly foreignKeys: boolean;
	/** Whether the rows of the database are looked at. */
	readonly rows: boolean;
	/** Tables that the file has emptied, by `quotedName`. */
	readonly emptied: ReadonlySet<string>;
	/** Columns that the file has made, as `table.column` of `quotedName`s. */
	readonly newColumns: ReadonlySet<string>;
	/** Tables that are not in the database as they are here, since a statement before this one made or changed them. */
	readonly touched: TouchedTables;
	/** Opens an empty database in memory, to try something; the caller closes it. */
	openEmpty(): SqliteConnection;
}

/** A statement before it runs. */
export interface NextStatement {
	readonly statement: Statement;
	readonly tokens: readonly CanonicalToken[];
	/** The clone as it is before the statement. */
	readonly clone: SqliteConnection;
	readonly file: FileProgress;
}

/** A statement after it ran on the clone. */
export interface RanStatement extends NextStatement {
	readonly effects: StatementEffects;
	/** As `Outcome.stops`. */
	readonly stops: readonly string[];
}

export type RuleBefore = (next: NextStatement) => readonly (Found | Probe)[];
export type RuleAfter = (ran: RanStatement) => readonly (Found | Probe)[];

/** A whole file, after it ran on the clone. */
export interface RanFile {
	readonly before: SchemaState;
	readonly after: SchemaState;
	readonly statements: readonly { readonly statement: Statement; readonly effects: StatementEffects }[];
}
