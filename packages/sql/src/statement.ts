import type { Rule } from "./rules.ts";

/** One SQL statement of a migration. */
export interface Statement {
	/** Text from the first token up to and including the `;` (or the end of the body), without leading white space and comments. */
	readonly sql: string;
	/** The first word, upper case; `""` when the statement starts with something else, or with a word that is not ASCII. */
	readonly keyword: string;
	/** 1-based line of the first token in the body. LF and CRLF both end a line. */
	readonly line: number;
	/** 1-based column in characters (UTF-16 units) of the first token; a BOM at the start of the body is not counted. */
	readonly column: number;
	/** The rules that the comment `-- godwit: allow RULE` on the line before permits the statement to break; missing for none. */
	readonly allows?: ReadonlySet<Rule>;
}
