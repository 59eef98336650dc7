import { type CanonicalToken, quotedName, type SqliteConnection } from "@godwit/sqlite";
import type { NextStatement } from "./rule.ts";

/** As they are in the tokens. */
export interface ObjectName {
	/** Missing where the name has none before it. */
	readonly schema?: string;
	readonly name: string;
	/** The index after the name. */
	readonly end: number;
}

/** Reads `name` or `schema.name` at an index. `undefined` where the tokens end. */
export function objectName(tokens: readonly CanonicalToken[], at: number): ObjectName | undefined {
	const [first, dot, second] = tokens.slice(at, at + 3);
	if (first === undefined) return undefined;
	if (dot?.text === "." && second !== undefined) return { schema: first.text, name: second.text, end: at + 3 };
	return { name: first.text, end: at + 1 };
}

/**
 * Reads the table of the database's own that an UPDATE or a DELETE is about: a trigger may write to others.
 *
 * @returns Its name without its schema; `undefined` for another statement, and for a table of another schema.
 */
export function changedTable({ tokens, clone }: Pick<NextStatement, "tokens" | "clone">): string | undefined {
	const target = changedName(tokens);
	return target !== undefined && isOfMain(clone, target) ? target.name : undefined;
}

function changedName(tokens: readonly CanonicalToken[]): ObjectName | undefined {
	const from = tokens.findIndex((_, index) => hasWords(tokens, index, "delete", "from"));
	if (from >= 0) return objectName(tokens, from + 2);
	const update = indexOfWord(tokens, "update");
	if (update < 0) return undefined;
	return objectName(tokens, update + (isWord(tokens[update + 1], "or") ? 3 : 1));
}

/** A table of TEMP hides one of the database's own that has its name. */
function isOfMain(clone: SqliteConnection, { schema, name }: ObjectName): boolean {
	if (schema !== undefined) return schema === "main";
	const temporary = clone.query("SELECT name AS name FROM sqlite_temp_schema WHERE type IN ('table', 'view')");
	return !temporary.some((object) => quotedName(object.name) === name);
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
