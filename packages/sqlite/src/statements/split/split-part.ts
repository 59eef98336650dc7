import {
	BODY_START,
	type Comment,
	type Directive,
	type Place,
	placeFrom,
	type Rule,
	readDirectives,
	type Statement,
} from "@godwit/sql";
import { allowedRules } from "../allowed-rules.ts";
import { invalidText, type TextProblem } from "../invalid-text.ts";
import { hidingCarriageReturn } from "./carriage-return.ts";
import { lastStatement, type StatementSpan, splitStatements } from "./split-statements.ts";
import { commentsIn, lastTokenEnd, skipGap, unclosedFrom } from "./tokens.ts";

/** A part of a body's text. It begins between two statements. */
export interface TextPart {
	readonly text: string;
	/** Where it begins. */
	readonly start: Place;
	/** Whether it reaches to the end of the body. */
	readonly ended: boolean;
}

/** What is known from the parts before. */
export interface PartsBefore {
	/** `undefined` before the first part. */
	readonly directives: ReadonlySet<Directive> | undefined;
	/** Where the comment was opened with which the part begins. */
	readonly commentStart: Place | undefined;
	/** The first carriage return after the last statement that hides a statement in a comment. */
	readonly hiding: Place | undefined;
	/** What the end of the text before it allows its first statement. */
	readonly allows?: ReadonlySet<Rule> | undefined;
}

export interface SplitPart {
	readonly statements: readonly Statement[];
	readonly directives: ReadonlySet<Directive>;
	readonly hiding: Place | undefined;
	/** As `PartsBefore.allows`. */
	readonly allows: ReadonlySet<Rule> | undefined;
	/** Where the rest of the text begins, which belongs to the next part. */
	readonly end: number;
}

/** A directive has to end within this length. A longer comment need not fit in memory. */
export const HEAD_LENGTH = 65_536;

export const NOTHING_BEFORE: PartsBefore = { directives: undefined, commentStart: undefined, hiding: undefined };

/**
 * Splits a part of a body. An incomplete trigger at the end of the body is returned as it is, for SQLite to report.
 *
 * @throws MigrateError `ERR_INVALID_BODY`
 */
export function splitPart(part: TextPart, before: PartsBefore): SplitPart {
	const { text, start, ended } = part;
	const { statements: complete, rest } = splitStatements(text);
	if (ended) assertClosed(part, rest, before.commentStart);
	const spans = ended ? [...complete, ...lastStatement(text, rest)] : complete;
	const end = ended ? text.length : rest;
	const directives = before.directives ?? headDirectives(text.slice(0, spans[0]?.start ?? end), start);
	const hiding = findHidden(part, spans, end, before.hiding);
	const { statements, allows } = placed(spans, part, end, before.allows);
	return { statements, directives, hiding, allows, end };
}

function assertClosed({ text, start }: TextPart, rest: number, commentStart: Place | undefined): void {
	const at = unclosedFrom(text, rest);
	if (at === undefined) return;
	const place = at === 0 && commentStart !== undefined ? commentStart : placeFrom(start, text, 0, at);
	throw invalidText(unclosed(text.charAt(at)), place);
}

function unclosed(opener: string): TextProblem {
	if (opener === "/") return "unclosed-comment";
	return opener === "'" ? "unclosed-string" : "unclosed-identifier";
}

function findHidden(
	{ text, start, ended }: TextPart,
	spans: readonly StatementSpan[],
	end: number,
	before: Place | undefined,
): Place | undefined {
	const last = spans.at(-1);
	// The last statement, when it has no ";", includes the comments after it.
	const endsWithComments = last?.end === text.length && text.includes("\r", last.start);
	const from = endsWithComments ? lastTokenEnd(text, last.start) : (last?.end ?? 0);
	const at = hidingCarriageReturn(text.slice(from, end));
	const found = at === -1 ? undefined : placeFrom(start, text, 0, from + at);
	const hiding = last === undefined ? (before ?? found) : found;
	if (ended && hiding !== undefined) throw invalidText("carriage-return", hiding);
	return hiding;
}

/** The directives of a whole text. @throws MigrateError `ERR_INVALID_BODY` for one that does not exist. */
export function directivesOf(text: string): ReadonlySet<Directive> {
	// The last line may be a comment, which a line end closes.
	const lines = `${text}\n`;
	let end = skipGap(lines, 0);
	while (lines.charAt(end) === ";") end = skipGap(lines, end + 1);
	return headDirectives(lines.slice(0, end), BODY_START);
}

const NO_DIRECTIVES: ReadonlySet<Directive> = new Set();

/** The directives in what is before the first statement, which is nothing in most bodies. */
function headDirectives(gap: string, start: Place): ReadonlySet<Directive> {
	return gap === "" ? NO_DIRECTIVES : readDirectives(headComments(gap, start), assertEndsAtCarriageReturn);
}

function assertEndsAtCarriageReturn(comment: Comment): void {
	const hiding = hidingCarriageReturn(comment.text);
	if (hiding !== -1) throw invalidText("carriage-return", placeFrom(comment, comment.text, 0, hiding));
}

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

function placed(
	spans: readonly StatementSpan[],
	{ text, start }: TextPart,
	end: number,
	before: ReadonlySet<Rule> | undefined,
): Pick<SplitPart, "statements" | "allows"> {
	let place = start;
	let at = 0;
	let allows = before;
	function allowedUpTo(next: number): ReadonlySet<Rule> | undefined {
		// A part begins with a statement, unless it is the first.
		return next === at ? allows : allowedRules(text.slice(at, next), place);
	}
	const statements = spans.map((span) => {
		const allowed = allowedUpTo(span.start);
		place = placeFrom(place, text, at, span.start);
		const statement = { sql: text.slice(span.start, span.end), keyword: span.keyword, ...place };
		place = placeFrom(place, text, span.start, span.end);
		at = span.end;
		allows = undefined;
		return allowed === undefined ? statement : { ...statement, allows: allowed };
	});
	return { statements, allows: allowedUpTo(end) };
}
