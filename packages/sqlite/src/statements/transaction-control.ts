import type { Statement } from "@godwit/sql";
import { journalModeRequest } from "./journal-mode-request.ts";
import { nextToken, type Token } from "./split/tokens.ts";

const ENDS_OR_NESTS: ReadonlySet<string> = new Set(["BEGIN", "COMMIT", "END", "ROLLBACK"]);

/**
 * Returns whether a statement must not run inside the transaction around a body: it ends the transaction, begins another
 * one, or is `PRAGMA journal_mode=...`, which SQLite ignores once the transaction has written. Savepoints are allowed.
 *
 * @see https://sqlite.org/lang_transaction.html
 */
export function breaksTransaction(statement: Statement): boolean {
	const { keyword, sql } = statement;
	if (keyword === "ROLLBACK") return !tokensOf(sql).some(({ word }) => word === "TO");
	if (keyword === "PRAGMA") return journalModeRequest(statement) !== undefined;
	return ENDS_OR_NESTS.has(keyword);
}

/** Reads all tokens up to an unclosed one. Called for short statements only. */
function tokensOf(sql: string): readonly Token[] {
	const tokens: Token[] = [];
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) tokens.push(token);
	return tokens;
}
