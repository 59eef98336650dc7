import { type CanonicalToken, quotedName, type SqliteConnection } from "@godwit/sqlite";
import { columnNames } from "../effects/altered-columns.ts";
import { hasWords, indexOfWord, isWord, namesInParentheses, objectName } from "./object-name.ts";
import type { RuleBefore } from "./rule.ts";

/** INSERT ... SELECT * between tables whose columns differ in name or order: values end up in another column. */
export const selectStarCopy: RuleBefore = ({ statement, tokens, clone }) => {
	if (statement.keyword !== "INSERT" && statement.keyword !== "REPLACE") return [];
	const into = objectName(tokens, indexOfWord(tokens, "into") + 1);
	const select = indexOfWord(tokens, "select");
	if (into === undefined || select === -1 || !isStarFrom(tokens, select)) return [];
	const from = objectName(tokens, select + 3);
	if (from === undefined) return [];
	const wanted = tokens[into.end]?.text === "(" ? namesInParentheses(tokens, into.end) : columns(clone, into.name);
	const given = columns(clone, from.name);
	// SQLite itself refuses another number of columns.
	if (given.length !== wanted.length) return [];
	const at = given.findIndex((name, index) => name !== wanted[index]);
	if (at === -1) return [];
	const message = `SELECT * copies ${from.name}.${given[at]} into ${into.name}.${wanted[at]}, since columns are matched by their order; name the columns on both sides`;
	return [{ rule: "select-star-copy", level: "error", message }];
};

/** `SELECT * FROM t`, of one table. */
function isStarFrom(tokens: readonly CanonicalToken[], select: number): boolean {
	if (tokens[select + 1]?.text !== "*" || !hasWords(tokens, select + 2, "from")) return false;
	return !tokens.slice(select + 3).some((token) => token.text === "," || isWord(token, "join"));
}

function columns(clone: SqliteConnection, table: string): readonly string[] {
	const name = table.startsWith('"') ? table.slice(1, -1).replaceAll('""', '"') : table;
	return columnNames(clone, name).map(quotedName);
}
