import { placeFrom } from "../place.ts";
import type { Statement } from "../statement.ts";
import { refusedRounds } from "./refused-rounds.ts";
import type { RoundLanguage } from "./round-language.ts";

/** What is before the parenthesis of a subquery that gives rows. Before any other it gives one value, or says whether there are rows. */
const BEFORE_ROWS: ReadonlySet<string> = new Set([
	...["IN", "FROM", "JOIN", "USING", "ANY", "SOME", "ALL"],
	// Of a common table expression.
	...["AS", "MATERIALIZED"],
]);

/** A token of a statement. */
interface Word {
	readonly word: string;
	readonly start: number;
	/** Whether it is in a subquery that gives one value. */
	readonly inValue: boolean;
}

/**
 * Refuses what makes rounds end with other rows than the statement that other tools run whole.
 *
 * @param stored As it is in the file: other tools see no more of it.
 * @param opened With the text of its conditional comments.
 * @throws MigrateError `ERR_INVALID_BODY`.
 */
export function assertSameRows(stored: Statement, opened: Statement, language: RoundLanguage): void {
	const limit = wordsOf(stored.sql, language).find(({ word, inValue }) => language.limits.has(word) && !inValue);
	if (limit !== undefined) {
		const message = `${limit.word} outside of /* godwit: ... */ makes other tools do a part of the rows alone; move it into the comment`;
		throw refusedRounds(placeFrom(stored, stored.sql, 0, limit.start), "limit", message);
	}
	assertNothingReplaced(opened, language);
}

/**
 * Of two rows in conflict the last one stays, and which one that is depends on how the rows are divided. Rows that are ignored are found
 * when a round changes nothing.
 */
function assertNothingReplaced(statement: Statement, language: RoundLanguage): void {
	const words = wordsOf(statement.sql, language);
	const [, or, action] = words;
	const replaces = or?.word === "OR" && action?.word === "REPLACE" ? or : undefined;
	const found = replaces ?? words.find(({ word }, index) => word === "DO" && words[index + 1]?.word === "UPDATE");
	if (found === undefined) return;
	const what = found === replaces ? "OR REPLACE" : "DO UPDATE";
	const message = `${what} makes rounds end with other rows than the whole statement; leave out by a condition the rows that are in conflict`;
	throw refusedRounds(placeFrom(statement, statement.sql, 0, found.start), "conflict", message);
}

function wordsOf(sql: string, { nextToken }: RoundLanguage): readonly Word[] {
	const words: Word[] = [];
	/** Of each parenthesis that is open, whether it is, or is in, a subquery that gives one value. */
	const open: boolean[] = [];
	let rowsFollow = false;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		const { word, start, end } = token;
		const text = sql.slice(start, end);
		if (text === ")") open.pop();
		const inValue = open.at(-1) ?? false;
		words.push({ word, start, inValue });
		if (text === "(") open.push(inValue || (!rowsFollow && beginsQuery(nextToken(sql, end)?.word)));
		rowsFollow = BEFORE_ROWS.has(word);
	}
	return words;
}

function beginsQuery(word: string | undefined): boolean {
	return word === "SELECT" || word === "WITH" || word === "VALUES";
}
