import { cleanUpAfter, type MigrationBody } from "@godwit/core";
import { BodyText } from "./body-text.ts";
import { hidingCarriageReturn } from "./carriage-return.ts";
import { type Comment, type Directive, readDirectives } from "./directives.ts";
import { invalidText, type TextProblem } from "./invalid-body.ts";
import { type Place, placeFrom } from "./place.ts";
import { lastStatement, type StatementSpan, splitStatements } from "./split-statements.ts";
import type { Statement } from "./statement.ts";
import { beginsComment, commentsIn, lastTokenEnd, unclosedFrom } from "./tokens.ts";

/** The statements of a body, a few at a time. */
export interface StatementReader extends AsyncDisposable {
	/** The directives in comments that are before the first statement and end within the first 65,536 characters of the body. */
	readonly directives: ReadonlySet<Directive>;
	/**
	 * Returns the next statements, at least one, or `undefined` at the end. An incomplete trigger at the end is returned
	 * as it is, for SQLite to report.
	 *
	 * @throws MigrateError `ERR_INVALID_BODY`
	 */
	next(): Promise<readonly Statement[] | undefined>;
}

/** A directive has to end within this length. A longer comment need not fit in memory. */
const HEAD_LENGTH = 65_536;

/**
 * Opens a body and reads up to its first statement.
 *
 * @throws MigrateError `ERR_INVALID_BODY`, from `next` too, for a body that is not UTF-8 or cannot be split, and for
 *   an unknown directive.
 */
export async function readStatements(body: MigrationBody): Promise<StatementReader> {
	const reader = new Reader(body);
	try {
		await reader.open();
	} catch (error) {
		throw await cleanUpAfter(error, () => reader[Symbol.asyncDispose]());
	}
	return reader;
}

/**
 * Splits the text that was read, and keeps the rest. A rest without the end of a statement is split again only when its length
 * has doubled. So the time is linear for any length of statements and chunks.
 */
class Reader implements StatementReader {
	readonly #body: BodyText;
	#directives: ReadonlySet<Directive> | undefined;
	/** Statements that `next` has not yet returned. */
	#found: readonly Statement[] = [];
	/** Where the comment was opened with which the text begins. */
	#commentStart: Place | undefined;
	/** The first carriage return after the last statement that hides a statement in a comment. */
	#hiding: Place | undefined;

	constructor(body: MigrationBody) {
		this.#body = new BodyText(body);
	}

	get directives(): ReadonlySet<Directive> {
		return this.#directives ?? new Set();
	}

	async open(): Promise<void> {
		// One character more, to see whether a comment ends there.
		await this.#body.grow(HEAD_LENGTH + 1);
		this.#found = this.#split();
	}

	async next(): Promise<readonly Statement[] | undefined> {
		while (this.#found.length === 0) {
			if (this.#body.ended) return undefined;
			await this.#body.grow(2 * this.#body.text.length);
			this.#found = this.#split();
		}
		const found = this.#found;
		this.#found = [];
		return found;
	}

	#split(): readonly Statement[] {
		const { text, start, ended } = this.#body;
		const { statements: complete, rest } = splitStatements(text);
		if (ended) this.#assertClosed(rest);
		const spans = ended ? [...complete, ...lastStatement(text, rest)] : complete;
		const end = ended ? text.length : rest;
		this.#directives ??= readDirectives(headComments(text.slice(0, spans[0]?.start ?? end), start));
		this.#findHidden(spans, end);
		const statements = placed(spans, text, start);
		this.#keep(end);
		return statements;
	}

	#assertClosed(rest: number): void {
		const { text } = this.#body;
		const at = unclosedFrom(text, rest);
		if (at === undefined) return;
		const place = at === 0 && this.#commentStart !== undefined ? this.#commentStart : this.#body.placeOf(at);
		throw invalidText(unclosed(text.charAt(at)), place);
	}

	#findHidden(spans: readonly StatementSpan[], end: number): void {
		const { text, ended } = this.#body;
		const last = spans.at(-1);
		if (last !== undefined) this.#hiding = undefined;
		// The last statement, when it has no ";", includes the comments after it.
		const endsWithComments = last?.end === text.length && text.includes("\r", last.start);
		const from = endsWithComments ? lastTokenEnd(text, last.start) : (last?.end ?? 0);
		const hiding = hidingCarriageReturn(text.slice(from, end));
		if (hiding !== -1) this.#hiding ??= this.#body.placeOf(from + hiding);
		if (ended && this.#hiding !== undefined) throw invalidText("carriage-return", this.#hiding);
	}

	#keep(rest: number): void {
		const body = this.#body;
		const commentStart = rest === 0 ? this.#commentStart : undefined;
		body.drop(rest);
		const { text } = body;
		this.#commentStart = beginsComment(text, 0) ? (commentStart ?? body.start) : undefined;
		// Only the end of a comment is still needed, and perhaps a carriage return in it. The comment may be longer than memory.
		if (this.#commentStart === undefined || (text.startsWith("--") && text.includes("\r"))) return;
		body.shorten(text.slice(0, 2) + (text.slice(2).endsWith("*") ? "*" : ""));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#body.close();
	}
}

function unclosed(opener: string): TextProblem {
	if (opener === "/") return "unclosed-comment";
	return opener === "'" ? "unclosed-string" : "unclosed-identifier";
}

/** The comments before the first statement. */
function headComments(gap: string, start: Place): readonly Comment[] {
	const comments: Comment[] = [];
	let place = start;
	let at = 0;
	for (const { 0: text, index } of commentsIn(gap.slice(0, HEAD_LENGTH + 1))) {
		if (index + text.length > HEAD_LENGTH) break;
		place = placeFrom(place, gap, at, index);
		at = index;
		comments.push({ text, ...place });
	}
	return comments;
}

function placed(spans: readonly StatementSpan[], text: string, start: Place): readonly Statement[] {
	let place = start;
	let at = 0;
	return spans.map((span) => {
		place = placeFrom(place, text, at, span.start);
		at = span.start;
		return { sql: text.slice(span.start, span.end), keyword: span.keyword, ...place };
	});
}
