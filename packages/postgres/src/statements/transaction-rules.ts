import type { PlacedStatement } from "./read-body.ts";
import { tokensOf } from "./tokens.ts";

const ENDS_OR_NESTS: ReadonlySet<string> = new Set(["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"]);

/**
 * Returns whether a statement ends the transaction around a body, or begins another one. Savepoints are allowed.
 *
 * @see https://www.postgresql.org/docs/current/sql-commands.html
 */
export function endsTransaction({ keyword, words, sql }: PlacedStatement): boolean {
	if (keyword === "PREPARE") return words[1] === "TRANSACTION";
	if (!ENDS_OR_NESTS.has(keyword)) return false;
	return keyword !== "ROLLBACK" || !wordsOf(sql).includes("TO");
}

/** What REINDEX takes. See https://www.postgresql.org/docs/current/sql-reindex.html */
const REINDEXED: ReadonlySet<string> = new Set(["INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"]);

/** Returns whether PostgreSQL runs a statement outside a transaction only, as far as its words tell. */
export function needsNoTransaction(statement: PlacedStatement): boolean {
	const { keyword, words, sql } = statement;
	const [, second] = words;
	switch (keyword) {
		case "VACUUM":
			return true;
		case "CREATE":
		case "DROP":
			return second === "DATABASE" || second === "TABLESPACE" || isConcurrent(statement);
		case "ALTER":
			if (second === "SYSTEM") return true;
			if (second === "DATABASE") return hasInOrder(wordsOf(sql), ["SET", "TABLESPACE"]);
			return detachesConcurrently(statement);
		case "REINDEX": {
			const all = wordsOf(sql);
			const kind = all.find((word) => REINDEXED.has(word));
			return (kind !== "TABLE" && kind !== "INDEX") || all.includes("CONCURRENTLY");
		}
		case "CLUSTER":
			return wordsOf(sql).length === 1 && !sql.includes('"');
		case "DISCARD":
			return second === "ALL";
		default:
			return false;
	}
}

/** `ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY` */
export function detachesConcurrently({ keyword, words, sql }: PlacedStatement): boolean {
	return (
		keyword === "ALTER" && words[1] === "TABLE" && hasInOrder(wordsOf(sql), ["DETACH", "PARTITION", "CONCURRENTLY"])
	);
}

/** Also `CREATE [UNIQUE] INDEX CONCURRENTLY`, `DROP INDEX CONCURRENTLY`, `REINDEX ... CONCURRENTLY`: they wait without a lock timeout. */
export function isConcurrent(statement: PlacedStatement): boolean {
	const { keyword, words, sql } = statement;
	if (detachesConcurrently(statement)) return true;
	if (keyword === "REINDEX") return wordsOf(sql).includes("CONCURRENTLY");
	const index = words.indexOf("INDEX");
	return index !== -1 && index <= 2 && words[index + 1] === "CONCURRENTLY";
}

function wordsOf(sql: string): readonly string[] {
	return [...tokensOf(sql)].map(({ word }) => word).filter((word) => word !== "");
}

function hasInOrder(words: readonly string[], wanted: readonly string[]): boolean {
	let next = 0;
	for (const word of words) if (word === wanted[next]) next += 1;
	return next === wanted.length;
}
