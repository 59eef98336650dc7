import { nextToken } from "../statements/split/tokens.ts";

/** What became of a statement with texts in double quotes. */
export interface Requoted {
	/** With the least of its double quotes made single ones that lets it succeed; the same as before when none is needed. */
	readonly sql: string;
	/** The texts whose quotes were changed, in their order. */
	readonly literals: readonly string[];
	/** SQLite's message when it fails all the same; then nothing was changed. */
	readonly error: string | undefined;
}

interface QuotedToken {
	readonly start: number;
	readonly end: number;
	readonly value: string;
}

const NO_COLUMN = /^no such column: "(.*)" - should this be a string literal/s;

/**
 * Finds the texts in double quotes of a statement, by asking a SQLite that reads double quotes as names alone.
 *
 * All tokens with the text that SQLite misses are changed first, then each is put back as long as the outcome stays the same:
 * a name of a column may have the same letters as a text.
 *
 * @param attempt Tries a statement, and takes back what it did. Returns SQLite's message, `undefined` for success.
 */
export function requote(sql: string, attempt: (sql: string) => string | undefined): Requoted {
	const tokens = doubleQuotedTokens(sql);
	const changed = new Set<QuotedToken>();
	let error = attempt(sql);
	while (error !== undefined) {
		const [, missed] = NO_COLUMN.exec(error) ?? [];
		const more = tokens.filter((token) => token.value === missed && !changed.has(token));
		if (more.length === 0) return { sql, literals: [], error };
		for (const token of more) changed.add(token);
		error = attempt(written(sql, tokens, changed));
	}
	for (let restored = true; restored; ) {
		restored = false;
		for (const token of [...changed]) {
			changed.delete(token);
			if (attempt(written(sql, tokens, changed)) === undefined) restored = true;
			else changed.add(token);
		}
	}
	const literals = tokens.filter((token) => changed.has(token)).map(({ value }) => value);
	return { sql: written(sql, tokens, changed), literals, error: undefined };
}

function doubleQuotedTokens(sql: string): readonly QuotedToken[] {
	const tokens: QuotedToken[] = [];
	let end = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, end)) {
		end = token.end;
		const opener = sql.charAt(token.start);
		// A doubled quote ends one text for the tokens, and begins the next one.
		while (/['"`]/.test(opener) && sql.charAt(end) === opener) end = nextToken(sql, end)?.end ?? end + 1;
		if (opener !== '"') continue;
		const value = sql.slice(token.start + 1, end - 1).replaceAll('""', '"');
		tokens.push({ start: token.start, end, value });
	}
	return tokens;
}

function written(sql: string, tokens: readonly QuotedToken[], changed: ReadonlySet<QuotedToken>): string {
	let text = "";
	let from = 0;
	for (const token of tokens) {
		if (!changed.has(token)) continue;
		text += `${sql.slice(from, token.start)}'${token.value.replaceAll("'", "''")}'`;
		from = token.end;
	}
	return text + sql.slice(from);
}
