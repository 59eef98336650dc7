import { nextToken } from "../split/tokens.ts";

/** A name, or a text, in double quotes. */
export interface QuotedToken {
	readonly start: number;
	readonly end: number;
	/** Without the quotes. */
	readonly value: string;
}

/** Finds what is in double quotes in a statement. */
export function quotedTokens(sql: string): readonly QuotedToken[] {
	const found: QuotedToken[] = [];
	let end = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, end)) {
		const { start } = token;
		const quote = sql.charAt(start);
		end = token.end;
		// A doubled quote ends one string for the tokens, and begins the next one.
		while (/['"`]/.test(quote) && sql.charAt(end) === quote) end = nextToken(sql, end)?.end ?? end + 1;
		if (quote === '"') found.push({ start, end, value: sql.slice(start + 1, end - 1).replaceAll('""', '"') });
	}
	return found;
}

/** The same text in single quotes. */
export function asString({ value }: QuotedToken): string {
	return `'${value.replaceAll("'", "''")}'`;
}

/** A statement with some tokens in single quotes. */
export function withStrings(sql: string, tokens: Iterable<QuotedToken>): string {
	let text = "";
	let at = 0;
	for (const token of [...tokens].toSorted((a, b) => a.start - b.start)) {
		text += sql.slice(at, token.start) + asString(token);
		at = token.end;
	}
	return text + sql.slice(at);
}
