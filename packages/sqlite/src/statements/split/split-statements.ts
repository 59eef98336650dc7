import { beginsComment, nextStop, nextToken, skipGap, stopsAt, type Token } from "./tokens.ts";

/** Where a statement is in a text. */
export interface StatementSpan {
	readonly start: number;
	/** After its `;`. */
	readonly end: number;
	/** As a `Statement`'s. */
	readonly keyword: string;
}

export interface SplitText {
	/** The statements that are complete, up to their `;`, without empty ones. */
	readonly statements: readonly StatementSpan[];
	/**
	 * Where the rest begins, which may continue in later text: at the first token of a statement, at a comment that is not
	 * closed, or at the text's length.
	 */
	readonly rest: number;
}

/** Splits a text that begins between two statements. */
export function splitStatements(text: string): SplitText {
	const statements: StatementSpan[] = [];
	for (let at = 0; ; ) {
		const start = skipEmptyStatements(text, at);
		const first = nextToken(text, start);
		const end = first === undefined ? -1 : statementEnd(text, first);
		if (first === undefined || end === -1) return { statements, rest: start };
		statements.push({ start, end, keyword: first.word });
		at = end;
	}
}

/** Returns the rest of a body as its last statement, which needs no `;`, unless the rest is empty or a comment. */
export function lastStatement(text: string, rest: number): readonly StatementSpan[] {
	if (rest === text.length || beginsComment(text, rest)) return [];
	return [{ start: rest, end: text.length, keyword: nextToken(text, rest)?.word ?? "" }];
}

/** Skips white space, comments and `;`. Returns the same as `skipGap`. */
export function skipEmptyStatements(text: string, from: number): number {
	let at = skipGap(text, from);
	while (text.charAt(at) === ";") at = skipGap(text, at + 1);
	return at;
}

/**
 * Returns the end of the statement that begins with a token; -1 when the text does not have it.
 *
 * In SQLite's grammar a `;` ends a statement except in two places: in a trigger body, which ends with the statement `END`,
 * and between the parentheses of `CREATE VIRTUAL TABLE ... USING module(...)`, where any tokens are allowed. This function
 * follows the grammar. sqlite3_complete() knows neither the second rule nor `EXPLAIN QUERY PLAN`, and looks for `;END;`
 * also in a trigger that has no body.
 *
 * @see https://sqlite.org/src/file/src/parse.y
 */
function statementEnd(text: string, first: Token): number {
	let token: Token | undefined = first;
	if (token.word === "EXPLAIN") token = skipWords(text, token, ["QUERY", "PLAN"]);
	if (token?.word === "CREATE") {
		token = skipWords(text, token, ["TEMP", "TEMPORARY"]);
		if (token?.word === "TRIGGER") return triggerEnd(text, token.end);
		if (token?.word === "VIRTUAL") return virtualTableEnd(text, token.end);
	}
	return token === undefined ? -1 : semicolonEnd(text, token.start);
}

/** Returns the first token after `after` that is none of these words. */
function skipWords(text: string, after: Token, words: readonly string[]): Token | undefined {
	let token = nextToken(text, after.end);
	while (token !== undefined && words.includes(token.word)) token = nextToken(text, token.end);
	return token;
}

const SEMICOLON = stopsAt(";");

function semicolonEnd(text: string, from: number): number {
	const semicolon = nextStop(text, from, SEMICOLON);
	return semicolon === -1 ? -1 : semicolon + 1;
}

const SEMICOLON_OR_PARENTHESIS = stopsAt(";()");

function virtualTableEnd(text: string, from: number): number {
	let openParentheses = 0;
	for (let at = nextStop(text, from, SEMICOLON_OR_PARENTHESIS); at !== -1; ) {
		const stop = text.charAt(at);
		if (stop === ";" && openParentheses <= 0) return at + 1;
		if (stop === "(") openParentheses += 1;
		if (stop === ")") openParentheses -= 1;
		at = nextStop(text, at + 1, SEMICOLON_OR_PARENTHESIS);
	}
	return -1;
}

/** @param from The offset after the word `TRIGGER`. */
function triggerEnd(text: string, from: number): number {
	let token = nextToken(text, from);
	while (token !== undefined && token.word !== "BEGIN") {
		// SQLite reports a trigger without a body.
		if (text.charAt(token.start) === ";") return token.end;
		token = nextToken(text, token.end);
	}
	if (token === undefined) return -1;
	for (let at = semicolonEnd(text, token.end); at !== -1; at = semicolonEnd(text, at)) {
		const end = nextToken(text, at);
		const after = end?.word === "END" ? nextToken(text, end.end) : undefined;
		if (after !== undefined && text.charAt(after.start) === ";") return after.end;
	}
	return -1;
}
