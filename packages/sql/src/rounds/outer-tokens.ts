import type { LanguageToken, RoundLanguage } from "./round-language.ts";

/** The tokens outside of parentheses, and these. */
export function outerTokens(sql: string, { nextToken }: RoundLanguage): readonly LanguageToken[] {
	const tokens: LanguageToken[] = [];
	let depth = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		const text = sql.slice(token.start, token.end);
		if (text === ")") depth--;
		if (depth === 0) tokens.push(token);
		if (text === "(") depth++;
	}
	return tokens;
}

/** Where a statement ends, without its semicolon. */
export function endOf(last: LanguageToken | undefined, sql: string): number {
	if (last === undefined) return sql.length;
	return sql.slice(last.start, last.end) === ";" ? last.start : last.end;
}
