import { quotedName, type SqliteConnection } from "@godwit/sqlite";
import { indexOfWord, isWord, namesInParentheses, type ObjectName, objectName } from "./object-name.ts";
import type { RuleBefore } from "./rule.ts";
import { type SelectedColumn, selectedColumns } from "./selected-columns.ts";

/** INSERT ... SELECT * from what has columns of other names, or in another order: values end up in another column. */
export const selectStarCopy: RuleBefore = ({ statement, tokens, clone }) => {
	const at = /^(INSERT|REPLACE|WITH)$/.test(statement.keyword) ? indexOfWord(tokens, "into") : -1;
	const into = at === -1 ? undefined : objectName(tokens, at + 1);
	if (into === undefined) return [];
	const named = tokens[into.end]?.text === "(" && !isWord(tokens[into.end + 1], "select");
	const wanted = named ? namesInParentheses(tokens, into.end) : columns(clone, into);
	for (const given of selectedColumns(clone, statement.sql)) {
		// SQLite itself refuses another number of columns.
		if (given.length !== wanted.length) continue;
		const misplaced = given.findIndex((column, index) => isMisplaced(column, index, wanted));
		const column = given[misplaced];
		if (column === undefined) continue;
		const message = `${column.star === "*" ? "SELECT *" : column.star} copies ${column.name} into ${into.name}.${wanted[misplaced]}, since columns are matched by their order; name the columns on both sides`;
		return [{ rule: "select-star-copy", level: "error", message }];
	}
	return [];
};

/** Of a join names are mostly not those of the target, and only one that belongs elsewhere is certain. */
function isMisplaced({ name, star, joined }: SelectedColumn, index: number, wanted: readonly string[]): boolean {
	return star !== undefined && name !== wanted[index] && (!joined || wanted.includes(name));
}

/** Those that an INSERT without names fills. None of a table in a file that is not attached to the clone, where nothing is known of it. */
function columns(clone: SqliteConnection, { schema, name }: ObjectName): readonly string[] {
	const database = schema === undefined ? null : plain(schema);
	const known = "SELECT 1 AS one FROM pragma_database_list WHERE name = ? COLLATE NOCASE";
	if (database !== null && clone.query(known, [database]).length === 0) return [];
	const sql = "SELECT name AS name FROM pragma_table_xinfo(?, ?) WHERE hidden = 0 ORDER BY cid";
	const found = clone.query(sql, [plain(name), database]);
	return found.map((column) => quotedName(column.name));
}

function plain(name: string): string {
	return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
