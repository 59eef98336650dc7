import { type CanonicalToken, canonicalTokens, quotedName } from "@godwit/sqlite";
import { readBytecode } from "../effects/bytecode.ts";
import { readTableNames } from "../effects/table-names.ts";
import { hasWords, indexOfWord, objectName } from "./object-name.ts";
import type { FileProgress, RuleAfter } from "./rule.ts";

/**
 * An INSERT in rounds of which a round cannot leave less to do for the next: its query reads nothing that it writes, and no conflict
 * leaves a row out. On an empty database its rounds end at once.
 */
export const endlessInsert: RuleAfter = ({ effects, file, tokens, clone }) => {
	const query = file.rounds?.inserted;
	const target = objectName(tokens, indexOfWord(tokens, "into") + 1)?.name;
	if (query === undefined || target === undefined || effects.unknown !== undefined) return [];
	const { writes } = effects;
	if (writes.length === 0 || ignoresConflicts(tokens)) return [];
	const { reads } = readBytecode(clone, query, readTableNames(clone));
	if (writes.some((table) => reads.has(table) || keepsFirst(table, file))) return [];
	const message = `the query of this INSERT does not read ${target}, so its rounds insert the same rows again and again; outside of /* godwit: ... */ add a condition that leaves out what is there, as WHERE NOT EXISTS (SELECT 1 FROM ${target} WHERE ...) does, or write INSERT OR IGNORE where a unique key of ${target} finds it`;
	return [{ rule: "endless-insert", level: "warning", message }];
};

function ignoresConflicts(tokens: readonly CanonicalToken[]): boolean {
	return hasWords(tokens, 0, "insert", "or", "ignore") || tokens.some((_, at) => hasWords(tokens, at, "do", "nothing"));
}

/** Whether a constraint of a table says ON CONFLICT IGNORE by itself. */
function keepsFirst(table: string, { before }: FileProgress): boolean {
	const tokens = canonicalTokens(before.tables.get(quotedName(table))?.sql ?? "");
	return tokens.some((_, at) => hasWords(tokens, at, "on", "conflict", "ignore"));
}
