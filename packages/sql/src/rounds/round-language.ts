import type { Place } from "../place.ts";
import type { Statement } from "../statement.ts";

/** One token of a text that is not a comment. */
export interface LanguageToken {
	readonly start: number;
	readonly end: number;
	/** An unquoted word in upper case, `""` for every other token. */
	readonly word: string;
}

/** How a database reads a text, as far as rounds need it. */
export interface RoundLanguage {
	/** Returns the first token from an offset on, `undefined` when there is none or when it is not closed. */
	nextToken(sql: string, from: number): LanguageToken | undefined;
	/** Skips white space and comments. Returns where a comment begins that does not end in the text. */
	skipGap(sql: string, from: number): number;
	/** Splits a text. @param start Where it begins in its file. @throws MigrateError `ERR_INVALID_BODY`. */
	split(sql: string, start: Place): readonly Statement[];
	/** Returns the table of an UPDATE or a DELETE, as SQL; `undefined` when there is none. */
	changedTable(sql: string): string | undefined;
	/** The words that take a part of the rows alone. */
	readonly limits: ReadonlySet<string>;
}
