import { type QuotedToken, quotedTokens, withStrings } from "./quoted-tokens.ts";

/** What became of a statement with texts in double quotes. */
export interface Requoted {
	/** With the least of its double quotes made single ones that lets it succeed; the same as before when none is needed. */
	readonly sql: string;
	/** The texts whose quotes were changed, in their order. */
	readonly strings: readonly QuotedToken[];
	/** SQLite's message when it fails all the same; then nothing was changed. */
	readonly error: string | undefined;
}

/** What SQLite says of a text in double quotes that is no name. */
const NO_COLUMN = /no such column: "(.*)" - should this be a string literal in single-quotes\?/s;

/** The text that SQLite takes for a name, and finds no column of; `undefined` for every other message. */
export function missedColumn(message: string): string | undefined {
	return NO_COLUMN.exec(message)?.[1];
}

/**
 * Finds the texts in double quotes of a statement, by asking a SQLite that reads double quotes as names alone.
 *
 * All tokens with the text that SQLite misses are changed first, then each is put back as long as the outcome stays the same:
 * a name of a column may have the same letters as a text.
 *
 * @param attempt Tries a statement, and takes back what it did. Returns SQLite's message, `undefined` for success.
 */
export function requote(sql: string, attempt: (sql: string) => string | undefined): Requoted {
	const all = quotedTokens(sql);
	const strings = new Set<QuotedToken>();
	const answer = (): string | undefined => attempt(withStrings(sql, strings));
	let error = attempt(sql);
	while (error !== undefined) {
		const wrong = namedBy(error, all).filter((token) => !strings.has(token));
		if (wrong.length === 0) return { sql, strings: [], error };
		for (const token of wrong) strings.add(token);
		error = answer();
	}
	leaveNames(strings, () => answer() === undefined);
	return { sql: withStrings(sql, strings), strings: all.filter((token) => strings.has(token)), error: undefined };
}

/** All tokens that the message may mean: it says the text, and not which one. */
function namedBy(message: string, tokens: readonly QuotedToken[]): readonly QuotedToken[] {
	const text = missedColumn(message);
	if (text !== undefined) return tokens.filter(({ value }) => value === text);
	return /^default value of column .* is not constant/.test(message) ? tokens : [];
}

/** Gives double quotes back where SQLite takes them: an outer name is found only when the inner one is, so until none is left. */
function leaveNames(strings: Set<QuotedToken>, isTaken: () => boolean): void {
	for (let again = true; again; ) {
		again = false;
		for (const token of [...strings]) {
			strings.delete(token);
			if (isTaken()) again = true;
			else strings.add(token);
		}
	}
}
