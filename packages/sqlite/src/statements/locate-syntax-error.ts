import { type Place, placeFrom, type Statement } from "@godwit/sql";

/** The messages in which SQLite names the text where its parser stopped. */
const STOPPED_AT = /^(?:near "(.+)": syntax error|unrecognized token: "(.+)")$/s;

/**
 * Finds the place in a body where the parser stopped. The bindings do not pass on SQLite's offset, only a message with the
 * text. When the text occurs once in the statement, its place is certain. Otherwise the statement's start is returned.
 */
export function locateSyntaxError({ sql, line, column }: Statement, message: string): Place {
	const [, near, token] = STOPPED_AT.exec(message) ?? [];
	const text = near ?? token;
	const at = text === undefined ? -1 : sql.indexOf(text);
	if (text === undefined || at === -1 || sql.indexOf(text, at + 1) !== -1) return { line, column };
	return placeFrom({ line, column }, sql, 0, at);
}
