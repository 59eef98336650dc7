import type { Statement } from "./statement-splitter.ts";

const ENDS_OR_NESTS: ReadonlySet<string> = new Set(["BEGIN", "COMMIT", "END", "ROLLBACK"]);

/**
 * Tells a statement that has no business inside the transaction around a body: one that ends it, or begins another, or
 * `PRAGMA journal_mode=...`, which SQLite ignores without a word once the transaction has written. Savepoints are fine.
 */
export function breaksTransaction({ keyword, sql }: Statement): boolean {
	if (keyword === "ROLLBACK") return !/^ROLLBACK\s+(TRANSACTION\s+)?TO\b/i.test(withoutComments(sql));
	if (keyword === "PRAGMA") return /^PRAGMA\b[^=(]*\bjournal_mode["'`\]]?\s*[=(]/i.test(withoutComments(sql));
	return ENDS_OR_NESTS.has(keyword);
}

function withoutComments(sql: string): string {
	return sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
}

/** Tells whether a file asks, in a comment before its first statement, to run outside a transaction. */
export function optsOutOfTransaction(leadingComments: readonly string[]): boolean {
	return leadingComments.some((comment) => /^--\s*godwit:\s*no-transaction\s*$/.test(comment));
}
