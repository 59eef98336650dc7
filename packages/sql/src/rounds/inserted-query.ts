import { endOf, outerTokens } from "./outer-tokens.ts";
import type { LanguageToken, RoundLanguage } from "./round-language.ts";

/**
 * Returns the query of `INSERT [OR ACTION] INTO [SCHEMA.]TABLE [AS ALIAS] [(COLUMNS)] [OVERRIDING ...] QUERY [ON CONFLICT ...] [RETURNING ...]`.
 *
 * @returns `undefined` for what has none.
 */
export function insertedQuery(sql: string, language: RoundLanguage): string | undefined {
	const tokens = outerTokens(sql, language);
	const textOf = (token: LanguageToken | undefined): string | undefined => token && sql.slice(token.start, token.end);
	const into = tokens.findIndex(({ word }) => word === "INTO");
	if (into === -1) return undefined;
	// A name, the one after a point and the one after AS may be words that begin a query.
	let at = into + 2;
	while (textOf(tokens[at]) === ".") at += 2;
	if (tokens[at]?.word === "AS") at += 2;
	const first = tokens.findIndex(({ word }, index) => index >= at && /^(?:SELECT|WITH|VALUES)$/.test(word));
	const start = tokens[first]?.start;
	if (start === undefined) return undefined;
	const end = tokens.find(({ word }, index) => {
		if (index <= first) return false;
		// A table of a join may be named so.
		const [, conflict, target, constraint] = tokens.slice(index, index + 4);
		const isNamed = target?.word === "ON" && constraint?.word === "CONSTRAINT";
		const isUpsert = conflict?.word === "CONFLICT" && (target?.word === "DO" || textOf(target) === "(" || isNamed);
		return word === "RETURNING" || (word === "ON" && isUpsert);
	});
	return sql.slice(start, end?.start ?? endOf(tokens.at(-1), sql));
}

const AFTER_SOURCES = /^(?:WHERE|GROUP|HAVING|WINDOW|UNION|INTERSECT|EXCEPT|ORDER|LIMIT|OFFSET|FETCH)$/;

/** The values of a query with the tables that they come from, without the conditions; of a compound query those of the first. */
export function queryOfValues(query: string, language: RoundLanguage): string {
	const end = outerTokens(query, language).find(({ word }) => AFTER_SOURCES.test(word));
	return query.slice(0, end?.start);
}
