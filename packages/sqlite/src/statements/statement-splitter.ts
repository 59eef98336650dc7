import { SplitError, type SplitProblem } from "./split-error.ts";
import {
	ASTERISK,
	BOM,
	COMMENT_START,
	characterClasses,
	DASH,
	OPENING_PARENTHESIS,
	PARENTHESIS,
	QUOTE,
	SEMICOLON,
	SPACE,
	stopsInPlainSql,
	stopsInVirtualTable,
	WORD,
} from "./sql-characters.ts";
import { placeAfterSemicolon, placeAfterToken, type StatementPlace, skipsWords } from "./statement-machine.ts";
import { createTextPosition } from "./text-position.ts";
import { createTextSlice } from "./text-slice.ts";

/** One SQL statement of a migration. */
export interface Statement {
	/** Text from the first token up to and including the `;` (or the end of the body), without leading white space and comments. */
	readonly sql: string;
	/** The first word, upper case; `""` when the statement starts with something else, or with a word that is not ASCII. */
	readonly keyword: string;
	/** 1-based line of the first token in the body. LF and CRLF both end a line. */
	readonly line: number;
	/** 1-based column in characters (UTF-16 units) of the first token; a BOM at the start of the body is not counted. */
	readonly column: number;
}

/** Splits SQL text that arrives in chunks. Chunk boundaries, wherever they are, change nothing. */
export interface StatementSplitter {
	/**
	 * Comments before the first statement and within the first 65,536 characters of the text, in order, delimiters
	 * included, line ends not.
	 * Complete once a statement was returned or `end()` was called.
	 */
	readonly leadingComments: readonly string[];
	/**
	 * Takes more text and returns the statements that are complete now. Empty statements (`;`) are left out.
	 *
	 * @throws SplitError `nul-byte` for a NUL anywhere in the chunk, `statement-too-long` for a statement that is longer
	 *   than a string can be. The splitter cannot be used any more.
	 */
	push(chunk: string): readonly Statement[];
	/**
	 * Returns the last statement, which needs no `;`. An incomplete trigger body is returned as it is: SQLite reports it.
	 *
	 * @throws SplitError `unclosed-string`, `unclosed-identifier` or `unclosed-comment`; the last one also where SQLite
	 *   itself takes the rest of the text for a comment.
	 */
	end(): readonly Statement[];
}

/** A comment that says how to run the body stands at its top; of more comments than this none is kept. */
const HEAD_LENGTH = 65_536;

function problemOf(closer: string): SplitProblem {
	if (closer === "*/") return "unclosed-comment";
	return closer === "'" ? "unclosed-string" : "unclosed-identifier";
}

/** Creates a splitter for one body. It takes linear time, and holds the unfinished statement and nothing else. */
export function createStatementSplitter(): StatementSplitter {
	// Offsets are into `text`: the chunk, after the character that the chunk before left undecided.
	let text = "";
	let undecided = "";
	const position = createTextPosition();
	let place: StatementPlace = "start";
	let openParentheses = 0;
	/** A word that may go on in the next chunk. */
	let word: string | undefined;
	let lastWord = "";
	let lastWordInUpperCase = "";

	/** What closes the string, identifier or comment that the text is in; `""` outside of them. */
	let closer = "";
	let openedAt = -1;
	let openedLine = 1;
	let openedColumn = 1;
	let closedAt = -1;
	let closedBy = "";

	/** The statement or leading comment that is being read. */
	const reading = createTextSlice();
	let keyword = "";

	const leadingComments: string[] = [];
	let inLead = true;
	/** How much of the text came before the current chunk. */
	let before = 0;
	let found: Statement[] = [];

	function startToken(at: number): void {
		if (place !== "start") return;
		inLead = false;
		keyword = "";
		reading.start(at, position);
	}

	function inHead(at: number): boolean {
		return inLead && before + at <= HEAD_LENGTH;
	}

	function finishStatement(at: number): void {
		place = "start";
		found.push({ sql: reading.finish(text, at), keyword, line: reading.line, column: reading.column });
	}

	function finishLeadingComment(at: number): void {
		if (!inHead(at)) return;
		leadingComments.push(reading.finish(text, at).replace(/\r$/, ""));
	}

	function readWord(at: number, isLastChunk: boolean): number {
		let to = at;
		for (; to < text.length; to++) {
			const code = text.charCodeAt(to);
			if (code < 128 && characterClasses[code] !== WORD) break;
		}
		const read = (word ?? "") + text.slice(at, to);
		word = to === text.length && !isLastChunk ? read : undefined;
		if (word !== undefined) return to;
		if (read !== lastWord) {
			lastWord = read;
			// toUpperCase() makes ASCII letters of some others, as "ſ" and "ı"; for SQLite they are no part of a keyword.
			lastWordInUpperCase = /^[A-Za-z_][\w$]*$/.test(read) ? read.toUpperCase() : "";
		}
		if (place === "start") keyword = lastWordInUpperCase;
		place = placeAfterToken(place, lastWordInUpperCase);
		return to;
	}

	function open(at: number, by: string): void {
		closer = by;
		// A doubled quote goes on with the string that the first one seemed to close.
		if (at !== closedAt || by !== closedBy) openedAt = at;
	}

	/** Looks for the end of the string, identifier or comment that the text is in. */
	function close(at: number, isLastChunk: boolean): number {
		const end = text.indexOf(closer, at);
		if (end === -1) {
			if (closer === "*/" && !isLastChunk && text.endsWith("*")) undecided = "*";
			return text.length;
		}
		const after = end + closer.length;
		if (closer === "*/" || closer === "\n") {
			finishLeadingComment(closer === "\n" ? end : after);
		} else if (closer !== "]") {
			closedAt = after;
			closedBy = closer;
		}
		closer = "";
		return after;
	}

	/** Skips what cannot end a statement, where words do not matter. */
	function skip(at: number): number {
		const stops = place === "virtual-table" ? stopsInVirtualTable : stopsInPlainSql;
		stops.lastIndex = at;
		return stops.test(text) ? stops.lastIndex - 1 : text.length;
	}

	/** Reads one token, one character of white space, or the opening of a comment. */
	function readToken(at: number, isLastChunk: boolean): number {
		const code = text.charCodeAt(at);
		switch (code < 128 ? characterClasses[code] : code === BOM ? SPACE : WORD) {
			case SPACE:
				return at + 1;
			case WORD:
				startToken(at);
				return readWord(at, isLastChunk);
			case SEMICOLON:
				if (place === "start" || openParentheses > 0) return at + 1;
				place = placeAfterSemicolon(place);
				if (place === "start") finishStatement(at + 1);
				return at + 1;
			case QUOTE: {
				const quote = text.charAt(at);
				startToken(at);
				open(at, quote === "[" ? "]" : quote);
				break;
			}
			case COMMENT_START: {
				if (at + 1 === text.length && !isLastChunk) {
					undecided = text.charAt(at);
					return text.length;
				}
				if (text.charCodeAt(at + 1) !== (code === DASH ? DASH : ASTERISK)) {
					startToken(at);
					break;
				}
				if (inHead(at)) reading.start(at, position);
				open(at, code === DASH ? "\n" : "*/");
				return at + 2;
			}
			case PARENTHESIS:
				startToken(at);
				if (place === "virtual-table") openParentheses += code === OPENING_PARENTHESIS ? 1 : -1;
				break;
			default:
				startToken(at);
		}
		place = placeAfterToken(place, "");
		return at + 1;
	}

	function read(chunk: string, isLastChunk: boolean): readonly Statement[] {
		text = undecided + chunk;
		undecided = "";
		position.startChunk(text);
		const nul = text.indexOf("\0");
		if (nul !== -1) {
			position.moveTo(nul);
			throw new SplitError("nul-byte", position.line, position.column);
		}
		found = [];
		let at = word === undefined ? 0 : readWord(0, isLastChunk);
		while (at < text.length) {
			if (closer !== "") {
				at = close(at, isLastChunk);
				continue;
			}
			if (skipsWords(place)) at = skip(at);
			if (at < text.length) at = readToken(at, isLastChunk);
		}
		const decided = text.length - undecided.length;
		if (openedAt !== -1 && (closer !== "" || closedAt === decided)) {
			position.moveTo(openedAt);
			openedLine = position.line;
			openedColumn = position.column;
		}
		openedAt = -1;
		position.moveTo(decided);
		closedAt = closedAt === decided ? 0 : -1;
		if (inLead && !inHead(decided)) reading.drop();
		reading.carry(text, decided);
		before += decided;
		return found;
	}

	return {
		leadingComments,
		push(chunk) {
			return read(chunk, false);
		},
		end() {
			read("", true);
			if (closer !== "" && closer !== "\n") throw new SplitError(problemOf(closer), openedLine, openedColumn);
			if (closer === "\n") finishLeadingComment(0);
			if (place !== "start") finishStatement(0);
			return found;
		},
	};
}
