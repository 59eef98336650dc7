import { type Place, placeFrom } from "../place.ts";
import type { Statement } from "../statement.ts";
import { refusedRounds } from "./refused-rounds.ts";
import type { RoundLanguage } from "./round-language.ts";

const CONDITION = /\/\*\s*godwit:(.*?)\*\//gs;

/** A statement with the text of its conditional comments in place of them. */
export interface OpenedStatement {
	/** Every character has the place that it has in the file. */
	readonly statement: Statement;
	/** Whether there was a conditional comment. */
	readonly conditional: boolean;
}

/** The text of one conditional comment, and its offset in the statement. */
interface Condition {
	readonly text: string;
	readonly at: number;
}

/**
 * Takes the text of the comments `/* godwit: ... *\/` into a statement. Only what is between tokens is a comment: the same text can
 * stand in a string.
 *
 * @throws MigrateError `ERR_INVALID_BODY` for a comment that says nothing, that leaves a string, a name or a comment open, or that makes
 *   more than one statement of this one.
 */
export function openConditions(statement: Statement, language: RoundLanguage): OpenedStatement {
	const { sql, conditions } = withoutDelimiters(statement.sql, language);
	if (conditions.length === 0) return { statement, conditional: false };
	for (const { text, at } of conditions) {
		assertComplete(text, placeFrom(statement, statement.sql, 0, at), language);
	}
	const { line, column } = statement;
	const [, second] = language.split(sql, { line, column });
	if (second !== undefined) {
		const message = "the text in /* godwit: ... */ makes a second statement; take out its semicolon";
		throw refusedRounds(second, "several-statements", message);
	}
	return { statement: { ...statement, sql }, conditional: true };
}

/** Returns whether a statement has a conditional comment. */
export function hasConditions({ sql }: Statement, language: RoundLanguage): boolean {
	return sql.includes("godwit:") && withoutDelimiters(sql, language).conditions.length > 0;
}

/** White space takes the place of the delimiters. */
function withoutDelimiters(
	stored: string,
	{ nextToken }: RoundLanguage,
): { readonly sql: string; readonly conditions: readonly Condition[] } {
	const conditions: Condition[] = [];
	let sql = "";
	for (let at = 0; at < stored.length; ) {
		const token = nextToken(stored, at);
		const gap = stored.slice(at, token?.start ?? stored.length);
		const start = at;
		sql += gap.replace(CONDITION, (comment: string, text: string, offset: number) => {
			conditions.push({ text, at: start + offset });
			const opening = comment.length - "*/".length - text.length;
			// The delimiter may be of two lines.
			return `${comment.slice(0, opening).replace(/[^\r\n]/g, " ")}${text}  `;
		});
		if (token === undefined) break;
		sql += stored.slice(token.start, token.end);
		at = token.end;
	}
	return { sql, conditions };
}

/** What a comment opens it has to close: otherwise it would take text from the statement around it, which other tools run. */
function assertComplete(text: string, place: Place, language: RoundLanguage): void {
	const { nextToken, skipGap } = language;
	if (nextToken(text, 0) === undefined && skipGap(text, 0) === text.length) {
		throw refusedRounds(place, "no-batch", "the comment /* godwit: */ is empty; write into it what one round does");
	}
	if (skipGap(text, lastTokenEnd(text, language)) === text.length) return;
	const message =
		"the text in /* godwit: ... */ opens a string, a name or a comment that it does not close; close it before the */";
	throw refusedRounds(place, "unclosed", message);
}

/** Returns where the last token ends: only white space and comments come after it. */
function lastTokenEnd(text: string, { nextToken }: RoundLanguage): number {
	let end = 0;
	for (let token = nextToken(text, 0); token !== undefined; token = nextToken(text, end)) end = token.end;
	return end;
}
