import { type Place, placeFrom } from "../place.ts";
import type { Statement } from "../statement.ts";
import { refusedRounds } from "./refused-rounds.ts";
import type { RoundLanguage } from "./round-language.ts";

const OR_WHOLE =
	'compute it in a migration before this one, into a column or a table, and read it from there; or take "-- godwit: until-done" out, so that the statement runs whole';

/**
 * Reports a statement that reads the table that it changes a second time: each round would read what the rounds before it have changed.
 *
 * @param whole As other tools run it.
 * @param table Its name without quotes.
 */
export function readingRounds(whole: Statement, table: string, language: RoundLanguage): Error {
	const message = `it reads ${table}, ${whatFor(whole)}, so that each round reads what those before it have changed, and they end with other rows than the whole statement; ${OR_WHOLE}`;
	return refusedRounds(readAt(whole, table, language), "reads-target", message);
}

/** Reports an INSERT with an aggregate or a window function in its query: each round would compute it from its own rows alone. */
export function aggregateRounds(whole: Statement): Error {
	const message = `the query has an aggregate or a window function, which each round computes from the rows that are left, so that they end with other rows than the whole statement; ${OR_WHOLE}`;
	return refusedRounds(whole, "aggregate", message);
}

/** Reports an INSERT whose query takes a part of the rows alone, as a view of it may do. */
export function limitedRounds(whole: Statement): Error {
	const message =
		"the query reads something that has a LIMIT, as a view may, so that other tools do a part of the rows alone; read the tables themselves";
	return refusedRounds(whole, "limit", message);
}

function whatFor({ keyword }: Statement): string {
	return keyword === "INSERT"
		? "into which it inserts, for a value"
		: "the table that it changes, a second time, in a subquery or a join";
}

/** The place where the table is named after the target; that of the statement when a view or a quote hides it. */
function readAt(whole: Statement, table: string, { nextToken }: RoundLanguage): Place {
	const { sql } = whole;
	let before = "";
	let seen = 0;
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		const text = sql.slice(token.start, token.end);
		const isName = text.replace(/^["`[]|["`\]]$/g, "").toUpperCase() === table.toUpperCase();
		if (isName && /^(?:FROM|JOIN|IN|INTO|UPDATE|ONLY|USING|,|\.)$/.test(before)) {
			seen++;
			if (seen === 2) return placeFrom(whole, sql, 0, token.start);
		}
		before = token.word === "" ? text : token.word;
	}
	return whole;
}
