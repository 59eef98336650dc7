import type { CanonicalToken } from "@godwit/sqlite";

/** Reads `name` or `schema.name` at an index. `undefined` where the tokens end. */
export function objectName(
	tokens: readonly CanonicalToken[],
	at: number,
): { readonly name: string; readonly end: number } | undefined {
	const [first, dot, second] = tokens.slice(at, at + 3);
	if (first === undefined) return undefined;
	if (dot?.text === "." && second !== undefined) return { name: second.text, end: at + 3 };
	return { name: first.text, end: at + 1 };
}

/** Reads the table that an UPDATE or a DELETE is about, without its schema: a trigger may write to others. `undefined` for another statement. */
export function changedTable(tokens: readonly CanonicalToken[]): string | undefined {
	const from = tokens.findIndex((_, index) => hasWords(tokens, index, "delete", "from"));
	if (from >= 0) return objectName(tokens, from + 2)?.name;
	const update = indexOfWord(tokens, "update");
	if (update < 0) return undefined;
	return objectName(tokens, update + (isWord(tokens[update + 1], "or") ? 3 : 1))?.name;
}

/** Whether the tokens from an index on are these bare words. */
export function hasWords(tokens: readonly CanonicalToken[], at: number, ...words: readonly string[]): boolean {
	return words.every((word, index) => isWord(tokens[at + index], word));
}

export function isWord(token: CanonicalToken | undefined, word: string): boolean {
	return token?.bare === true && token.text === word;
}

/** The index of the first of these bare words; -1 when there is none. */
export function indexOfWord(tokens: readonly CanonicalToken[], word: string): number {
	return tokens.findIndex((token) => isWord(token, word));
}

/** The names between the parentheses at an index, without commas. */
export function namesInParentheses(tokens: readonly CanonicalToken[], open: number): readonly string[] {
	const close = tokens.findIndex(({ text }, index) => index > open && text === ")");
	return tokens
		.slice(open + 1, close)
		.map(({ text }) => text)
		.filter((text) => text !== ",");
}
