import { endOf, outerTokens } from "./outer-tokens.ts";
import type { RoundLanguage } from "./round-language.ts";

/**
 * Returns a query of the rows that an UPDATE or a DELETE would change, from `UPDATE [OR ACTION] TABLE SET ... [WHERE ...] [RETURNING ...]` or
 * `DELETE FROM TABLE [WHERE ...] [RETURNING ...]`.
 *
 * @returns `undefined` where other tables decide on it, with FROM or USING.
 */
export function changedRowsQuery(sql: string, language: RoundLanguage): string | undefined {
	const tokens = outerTokens(sql, language);
	const [verb, or] = tokens;
	if (verb === undefined) return undefined;
	const deletes = verb.word === "DELETE";
	const set = deletes ? 0 : tokens.findIndex(({ word }) => word === "SET");
	const others = tokens.slice(deletes ? 2 : set).some(({ word }) => word === "FROM" || word === "USING");
	const table = tokens[!deletes && or?.word === "OR" ? 3 : deletes ? 2 : 1];
	if (set === -1 || others || table === undefined) return undefined;
	const returning = tokens.find(({ word }) => word === "RETURNING");
	const end = returning?.start ?? endOf(tokens.at(-1), sql);
	const where = tokens.find(({ word }) => word === "WHERE");
	const named = sql.slice(table.start, deletes ? (where?.start ?? end) : tokens[set]?.start);
	return `SELECT 1 FROM ${named}${where === undefined ? "" : ` ${sql.slice(where.start, end)}`}`;
}
