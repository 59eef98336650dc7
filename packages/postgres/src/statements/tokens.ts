/**
 * PostgreSQL's tokens, as far as they are needed to find the end of a statement.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/parser/scan.l
 */

/** One token that is not a comment. */
export interface Token {
	readonly start: number;
	readonly end: number;
	/** An unquoted word in upper case, `""` for every other token. */
	readonly word: string;
}

/** What is opened and never closed. */
export type Unclosed = "string" | "identifier" | "comment" | "dollar-quoted string";

/** Where something opens that nothing closes. */
export class UnclosedText extends Error {
	readonly what: Unclosed;
	readonly start: number;

	constructor(what: Unclosed, start: number) {
		super(what);
		this.what = what;
		this.start = start;
	}
}

const SPACE = /[ \t\n\r\f\v\uFEFF]+/y;
/** Both line ends end a comment. */
const LINE_COMMENT = /--[^\n\r]*/y;
const WORD = /[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*/y;
const NUMBER = /\d[\w.]*|\.\d\w*/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$/y;
const PARAMETER = /\$\d+/y;
/** A string goes on after a line end. */
const CONTINUED = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;

function matchEnd(expression: RegExp, text: string, at: number): number {
	expression.lastIndex = at;
	return expression.test(text) ? expression.lastIndex : -1;
}

/** A comment, at an offset. */
export interface CommentSpan {
	readonly start: number;
	readonly end: number;
}

/**
 * Skips white space and comments.
 *
 * @param comment Optional: hears of each comment.
 * @returns The offset of a token, or the text's length.
 * @throws UnclosedText
 */
export function skipGap(text: string, from: number, comment?: (span: CommentSpan) => void): number {
	for (let at = from; ; ) {
		const space = matchEnd(SPACE, text, at);
		if (space !== -1) {
			at = space;
			continue;
		}
		const end = commentEnd(text, at);
		if (end === -1) return at;
		comment?.({ start: at, end });
		at = end;
	}
}

function commentEnd(text: string, at: number): number {
	if (text.startsWith("--", at)) return matchEnd(LINE_COMMENT, text, at);
	return text.startsWith("/*", at) ? blockCommentEnd(text, at) : -1;
}

/** Block comments nest. */
function blockCommentEnd(text: string, start: number): number {
	const marks = /\/\*|\*\//g;
	marks.lastIndex = start;
	for (let depth = 0; ; ) {
		const mark = marks.exec(text);
		if (mark === null) throw new UnclosedText("comment", start);
		depth += mark[0] === "/*" ? 1 : -1;
		if (depth === 0) return marks.lastIndex;
	}
}

/** Returns the token at an offset where one begins. @throws UnclosedText */
export function tokenAt(text: string, start: number): Token {
	const first = text.charAt(start);
	if (first === "'") return { start, end: stringEnd(text, start, start, false), word: "" };
	if (first === '"') return { start, end: identifierEnd(text, start, start), word: "" };
	if (first === "$") return { start, end: dollarEnd(text, start), word: "" };
	const number = matchEnd(NUMBER, text, start);
	if (number !== -1) return { start, end: number, word: "" };
	const word = matchEnd(WORD, text, start);
	return word === -1 ? { start, end: start + 1, word: "" } : wordToken(text, start, word);
}

/** A word, or a string or a name with a prefix: `E'...'`, `U&'...'`, `U&"..."`. */
function wordToken(text: string, start: number, end: number): Token {
	const word = text.slice(start, end);
	const next = text.charAt(end);
	if (next === "'" && /^[ebxn]$/i.test(word)) {
		return { start, end: stringEnd(text, end, start, /^e$/i.test(word)), word: "" };
	}
	if (next === "&" && /^u$/i.test(word)) {
		const quote = text.charAt(end + 1);
		if (quote === "'") return { start, end: stringEnd(text, end + 1, start, false), word: "" };
		if (quote === '"') return { start, end: identifierEnd(text, end + 1, start), word: "" };
	}
	return { start, end, word: /^[A-Za-z_]/.test(word) ? word.toUpperCase() : "" };
}

/** @param quote Where its first quote is. @param escapes Whether a backslash takes the next character with it. */
function stringEnd(text: string, quote: number, start: number, escapes: boolean): number {
	const inside = escapes ? /\\.|'/gs : /'/g;
	for (let at = quote + 1; ; ) {
		inside.lastIndex = at;
		const found = inside.exec(text);
		if (found === null) throw new UnclosedText("string", start);
		at = inside.lastIndex;
		if (found[0] !== "'") continue;
		if (text.charAt(at) === "'") at += 1;
		else {
			const continued = matchEnd(CONTINUED, text, at);
			if (continued === -1) return at;
			at = continued;
		}
	}
}

function identifierEnd(text: string, quote: number, start: number): number {
	for (let at = quote + 1; ; at += 2) {
		at = text.indexOf('"', at);
		if (at === -1) throw new UnclosedText("identifier", start);
		if (text.charAt(at + 1) !== '"') return at + 1;
	}
}

function dollarEnd(text: string, start: number): number {
	const parameter = matchEnd(PARAMETER, text, start);
	if (parameter !== -1) return parameter;
	const opened = matchEnd(DOLLAR_QUOTE, text, start);
	if (opened === -1) return start + 1;
	const closing = text.indexOf(text.slice(start, opened), opened);
	if (closing === -1) throw new UnclosedText("dollar-quoted string", start);
	return closing + opened - start;
}

/** Returns the tokens of a text, lazily. @throws UnclosedText */
export function* tokensOf(text: string): Generator<Token> {
	for (let at = skipGap(text, 0); at < text.length; ) {
		const token = tokenAt(text, at);
		yield token;
		at = skipGap(text, token.end);
	}
}
