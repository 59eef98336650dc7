import type { Statement } from "./statement-splitter.ts";

/** The forms in which SQLite names the text where its parser stopped. */
const STOPPED_AT = /^(?:near "(.+)": syntax error|unrecognized token: "(.+)")$/s;

export interface Place {
	/** 1-based line in the body. */
	readonly line: number;
	/** 1-based column in UTF-16 units. */
	readonly column: number;
}

/**
 * Finds where in a body the parser stopped. The bindings do not pass on SQLite's offset, only a message with the text;
 * when that text stands once in the statement, its place is certain. Else it is the statement's start.
 */
export function locateSyntaxError({ sql, line, column }: Statement, message: string): Place {
	const [, near, token] = STOPPED_AT.exec(message) ?? [];
	const text = near ?? token;
	const at = text === undefined ? -1 : sql.indexOf(text);
	if (text === undefined || at === -1 || sql.indexOf(text, at + 1) !== -1) return { line, column };
	const before = sql.slice(0, at).split("\n");
	const lastLine = before.at(-1) ?? "";
	return before.length === 1
		? { line, column: column + at }
		: { line: line + before.length - 1, column: lastLine.length + 1 };
}
