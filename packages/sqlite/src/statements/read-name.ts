import { nextToken, quotedEnd } from "./split/tokens.ts";

/** A name of a table or a database, without its quotes. */
export interface Name {
	readonly name: string;
	/** Offset after the name. */
	readonly end: number;
}

/** Reads the next token as a name, quoted in any of SQLite's ways or not. Returns `undefined` when there is no token. */
export function readName(text: string, from: number): Name | undefined {
	const token = nextToken(text, from);
	if (token === undefined) return undefined;
	const { start } = token;
	let { end } = token;
	const quote = text.charAt(start);
	if (!/['"`[]/.test(quote)) return { name: text.slice(start, end), end };
	// The second of two quotes begins another token.
	while (quote !== "[" && text.charAt(end) === quote) {
		const next = quotedEnd(text, end);
		if (next === -1) return undefined;
		end = next;
	}
	return { name: text.slice(start + 1, end - 1).replaceAll(quote + quote, quote), end };
}
