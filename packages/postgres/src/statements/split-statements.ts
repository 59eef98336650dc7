import { type CommentSpan, skipGap, type Token, tokenAt } from "./tokens.ts";

/** Where a statement is in a text. */
export interface StatementSpan {
	readonly start: number;
	/** After its `;`, or after its last token at the end of the text. */
	readonly end: number;
	/** Its first words in upper case, at most six, up to the first token that is none. */
	readonly words: readonly string[];
}

export interface SplitText {
	/** Without empty ones. */
	readonly statements: readonly StatementSpan[];
	/** The comments before the first statement. */
	readonly head: readonly CommentSpan[];
}

const MAX_WORDS = 6;

/**
 * Splits a text into statements as psql does: at each `;` that is not in a string, a comment, parentheses (`CREATE RULE`
 * has statements there) or the body of `CREATE FUNCTION ... BEGIN ATOMIC ... END`.
 *
 * @param statement Hears of each statement as soon as it is read, and may throw.
 * @throws UnclosedText
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/fe_utils/psqlscan.l
 */
export function splitStatements(text: string, statement: (span: StatementSpan) => void = () => {}): SplitText {
	const statements: StatementSpan[] = [];
	const head: CommentSpan[] = [];
	let open: OpenStatement | undefined;

	function end(at: number): void {
		if (open === undefined) return;
		const span = { start: open.start, end: at, words: open.words };
		statements.push(span);
		open = undefined;
		statement(span);
	}

	let last = 0;
	for (let at = skipGap(text, 0, (comment) => head.push(comment)); at < text.length; ) {
		// What psql would obey itself is for the caller to refuse.
		if (open === undefined && text.charAt(at) === "\\") statement({ start: at, end: at, words: ["\\"] });
		const token = tokenAt(text, at);
		last = token.end;
		if (open === undefined && isSemicolon(text, token)) {
			// An empty statement.
		} else {
			open ??= new OpenStatement(token.start);
			if (open.add(text, token)) end(token.end);
		}
		const inHead = statements.length === 0 && open === undefined;
		at = skipGap(text, token.end, inHead ? (comment) => head.push(comment) : undefined);
	}
	end(last);
	return { statements, head };
}

function isSemicolon(text: string, { start }: Token): boolean {
	return text.charAt(start) === ";";
}

/** The statement that is being read. */
class OpenStatement {
	readonly start: number;
	readonly words: string[] = [];
	#readsWords = true;
	#parentheses = 0;
	/** How many BEGIN and CASE are open in the body of a function. */
	#blocks = 0;

	constructor(start: number) {
		this.start = start;
	}

	/** @returns Whether the statement ends with this token. */
	add(text: string, token: Token): boolean {
		const { word } = token;
		if (word === "") this.#readsWords = false;
		if (this.#readsWords && this.words.length < MAX_WORDS) this.words.push(word);
		if (word !== "") this.#count(word);
		const character = text.charAt(token.start);
		if (character === "(") this.#parentheses += 1;
		if (character === ")" && this.#parentheses > 0) this.#parentheses -= 1;
		return character === ";" && this.#parentheses === 0 && this.#blocks === 0;
	}

	#count(word: string): void {
		if (this.#parentheses > 0 || !this.#makesRoutine()) return;
		if (word === "BEGIN") this.#blocks += 1;
		else if (word === "CASE" && this.#blocks > 0) this.#blocks += 1;
		else if (word === "END" && this.#blocks > 0) this.#blocks -= 1;
	}

	/** `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`. */
	#makesRoutine(): boolean {
		const [create, ...rest] = this.words;
		const kind = rest[0] === "OR" ? rest[2] : rest[0];
		return create === "CREATE" && (kind === "FUNCTION" || kind === "PROCEDURE");
	}
}
