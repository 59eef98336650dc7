/**
 * SQLite's tokens, as far as they are needed to find the end of a statement.
 *
 * @see https://sqlite.org/src/file/src/tokenize.c
 */

/**
 * For SQLite a vertical tab is white space only after other white space. Here it always is, so that the result does not
 * depend on where a text is cut. Inside a statement SQLite decides.
 */
const SPACE = /[\t-\r \uFEFF]+/y;

/** Words and numbers. A BOM is white space where a token begins, and a letter inside a word. */
const WORD = /[\w$\u0080-\uFEFE\uFF00-\uFFFF][\w$\u0080-\uFFFF]*/y;

/** A keyword has only ASCII letters. `toUpperCase` turns some other letters into ASCII, so it is tested before. */
const KEYWORD = /^[A-Za-z_][\w$]*$/;

/** The end of a string, quoted name or comment, by the character that opens it. */
const CLOSERS: ReadonlyMap<string, string> = new Map([
	["'", "'"],
	['"', '"'],
	["`", "`"],
	["[", "]"],
	["-", "\n"],
	["/", "*/"],
]);

/** One token that is not a comment. */
export interface Token {
	readonly start: number;
	readonly end: number;
	/** An unquoted word in upper case, `""` for every other token. */
	readonly word: string;
}

/** Returns whether a comment begins at an offset. */
export function beginsComment(text: string, at: number): boolean {
	return text.startsWith("--", at) || text.startsWith("/*", at);
}

/**
 * Returns the end of the string, quoted name or comment that begins at an offset; -1 when it is not closed. A doubled
 * quote is read as the end of one string and the begin of another. The last end is the same.
 */
export function quotedEnd(text: string, start: number): number {
	const opener = text.charAt(start);
	const closer = CLOSERS.get(opener) ?? "";
	const end = text.indexOf(closer, start + (opener === "-" || opener === "/" ? 2 : 1));
	// A line end is white space after the comment.
	return end === -1 || opener === "-" ? end : end + closer.length;
}

/** Skips white space and comments. Returns the offset of a token, of a comment that is not closed, or the text's length. */
export function skipGap(text: string, from: number): number {
	for (let at = from; ; ) {
		SPACE.lastIndex = at;
		const end = SPACE.test(text) ? SPACE.lastIndex : beginsComment(text, at) ? quotedEnd(text, at) : -1;
		if (end === -1) return at;
		at = end;
	}
}

/** Returns the first token from an offset on, `undefined` when there is none or when it is not closed. */
export function nextToken(text: string, from: number): Token | undefined {
	const start = skipGap(text, from);
	if (start === text.length || beginsComment(text, start)) return undefined;
	WORD.lastIndex = start;
	if (WORD.test(text)) {
		const end = WORD.lastIndex;
		const word = text.slice(start, end);
		return { start, end, word: KEYWORD.test(word) ? word.toUpperCase() : "" };
	}
	const end = /['"`[]/.test(text.charAt(start)) ? quotedEnd(text, start) : start + 1;
	return end === -1 ? undefined : { start, end, word: "" };
}

/** Returns where the last token from an offset on ends: only white space and comments come after it. */
export function lastTokenEnd(text: string, from: number): number {
	let end = from;
	for (let token = nextToken(text, from); token !== undefined; token = nextToken(text, end)) end = token.end;
	return end;
}

/** Finds the comments in a text of comments, white space and `;`. The last comment may be unclosed. */
export function commentsIn(gap: string): Iterable<RegExpExecArray> {
	return gap.matchAll(/--[^\n]*|\/\*.*?(?:\*\/|$)/gs);
}

/**
 * Returns the offset of the next stop character outside of strings, quoted names and comments; -1 when there is none.
 *
 * @param stops An expression of `stopsAt`.
 */
export function nextStop(text: string, from: number, stops: RegExp): number {
	for (let at = from; at !== -1; ) {
		stops.lastIndex = at;
		if (!stops.test(text)) return -1;
		const found = stops.lastIndex - 1;
		if (!CLOSERS.has(text.charAt(found))) return found;
		at = quotedEnd(text, found);
	}
	return -1;
}

/** Makes an expression that finds the stop characters, and what opens a string, a quoted name or a comment. */
export function stopsAt(characters: string): RegExp {
	return new RegExp(`[${characters}'"\`[]|-(?=-)|/(?=\\*)`, "g");
}

const OPENERS = stopsAt("");

/**
 * Returns the offset of a string, quoted name or block comment that is not closed in the text; `undefined` when there is
 * none. A line comment needs no end.
 */
export function unclosedFrom(text: string, from: number): number | undefined {
	let opened = -1;
	let closed = from;
	for (;;) {
		OPENERS.lastIndex = closed;
		if (!OPENERS.test(text)) return undefined;
		const start = OPENERS.lastIndex - 1;
		const opener = text.charAt(start);
		const goesOn = start === closed && /['"`]/.test(opener) && opener === text.charAt(opened);
		if (!goesOn) opened = start;
		closed = quotedEnd(text, start);
		if (closed === -1) return opener === "-" ? undefined : opened;
	}
}
