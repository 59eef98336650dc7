import { nextToken } from "../statements/split/tokens.ts";
import { lower } from "../tables/lower.ts";

/** One token of a stored CREATE text. */
export interface CanonicalToken {
	/** Lower case, and without quotes where it is a plain word; a string stays as it is. */
	readonly text: string;
	/** Whether it is a word without quotes: a keyword, a name or a number. */
	readonly bare: boolean;
	/** Where it stands as it is written: offsets in UTF-16 units. */
	readonly start: number;
	/** Offset after it. */
	readonly end: number;
}

const PLAIN = /^[a-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*$/;
const CLOSERS: Readonly<Record<string, string>> = { '"': '"', "`": "`", "[": "]" };

/** Reads the tokens of a text that SQLite has accepted. */
export function canonicalTokens(sql: string): readonly CanonicalToken[] {
	const tokens: CanonicalToken[] = [];
	let end = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, end)) {
		end = token.end;
		// A doubled quote ends one string for the tokens, and begins the next one.
		while (isQuote(sql.charAt(token.start)) && sql.charAt(end) === sql.charAt(token.start)) {
			end = nextToken(sql, end)?.end ?? end + 1;
		}
		tokens.push({ ...canonicalToken(sql.slice(token.start, end)), start: token.start, end });
	}
	return tokens;
}

function isQuote(character: string): boolean {
	return character === "'" || character === '"' || character === "`";
}

function canonicalToken(text: string): Pick<CanonicalToken, "text" | "bare"> {
	const opener = text.charAt(0);
	const closer = CLOSERS[opener];
	if (closer === undefined)
		return { text: opener === "'" ? text : lower(text), bare: /[\w$\u0080-\uFFFF]/.test(opener) };
	const inside = text.slice(1, -1);
	return { text: quotedName(closer === "]" ? inside : inside.replaceAll(closer + closer, closer)), bare: false };
}

/** A name in lower case: as a word, or in quotes. */
export function quotedName(name: unknown): string {
	const folded = lower(String(name));
	return PLAIN.test(folded) ? folded : `"${folded.replaceAll('"', '""')}"`;
}

/** Joins tokens by one space, to be compared: it is no SQL, since an operator may be two tokens, and a name may be a keyword. */
export function written(tokens: readonly CanonicalToken[]): string {
	return tokens.map(({ text }) => text).join(" ");
}

/** An expression in one spelling: without the parentheses around it, TRUE and FALSE as 1 and 0. */
export function canonicalExpression(tokens: readonly CanonicalToken[]): string {
	let inner = tokens;
	while (inner[0]?.text === "(" && closing(inner, 0) === inner.length - 1) inner = inner.slice(1, -1);
	const text = written(inner);
	if (text === "true") return "1";
	return text === "false" ? "0" : text;
}

/** The index of the parenthesis that closes the one at an index; the last index when none does. */
export function closing(tokens: readonly CanonicalToken[], open: number): number {
	let depth = 0;
	for (let at = open; at < tokens.length; at++) {
		const text = tokens[at]?.text;
		if (text === "(") depth++;
		if (text === ")" && --depth === 0) return at;
	}
	return tokens.length - 1;
}
