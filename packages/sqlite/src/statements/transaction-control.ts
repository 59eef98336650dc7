import type { Statement } from "./statement.ts";
import { nextToken, type Token } from "./tokens.ts";

const ENDS_OR_NESTS: ReadonlySet<string> = new Set(["BEGIN", "COMMIT", "END", "ROLLBACK"]);

/**
 * Returns whether a statement has no business inside the transaction around a body: it ends it, or begins another, or
 * is `PRAGMA journal_mode=...`, which SQLite ignores without a word once the transaction has written. Savepoints are fine.
 *
 * @see https://sqlite.org/lang_transaction.html
 */
export function breaksTransaction({ keyword, sql }: Statement): boolean {
	if (keyword === "ROLLBACK") return !tokensOf(sql).some(({ word }) => word === "TO");
	if (keyword === "PRAGMA") return setsJournalMode(sql);
	return ENDS_OR_NESTS.has(keyword);
}

/** Follows `PRAGMA [schema.]name = value` and `PRAGMA [schema.]name(value)`, whose names may be quoted in any way. */
function setsJournalMode(sql: string): boolean {
	const texts = tokensOf(sql).map(({ start, end }) => sql.slice(start, end));
	const [name = "", assignment = ""] = texts.slice(texts[2] === "." ? 3 : 1);
	return /^['"`[]?journal_mode['"`\]]?$/i.test(name) && (assignment === "=" || assignment === "(");
}

/** A statement that is looked at is short; what is not closed in it ends it. */
function tokensOf(sql: string): readonly Token[] {
	const tokens: Token[] = [];
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) tokens.push(token);
	return tokens;
}
