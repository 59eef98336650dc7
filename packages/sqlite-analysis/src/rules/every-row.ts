import { changedTable, indexOfWord } from "./object-name.ts";
import type { RuleAfter } from "./rule.ts";

/** UPDATE and DELETE without a condition, where a person looks at a plan: nearly always they are meant. */
export const everyRow: RuleAfter = (ran) => {
	const { effects, file, tokens, statement } = ran;
	const table = changedTable(ran);
	if (!file.rows || !effects.everyRow || table === undefined) return [];
	if (!file.before.tables.has(table)) return [];
	const rule = "every-row";
	if (statement.keyword === "DELETE") return [{ rule, level: "note", message: `deletes every row of ${table}` }];
	const column = tokens[indexOfWord(tokens, "set") + 1]?.text ?? "";
	if (file.newColumns.has(`${table}.${column}`)) return [];
	return [{ rule, level: "note", message: `changes ${column} in every row of ${table}` }];
};
