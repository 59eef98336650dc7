import type { Statement } from "@godwit/sql";
import { readName } from "./read-name.ts";
import { nextToken } from "./split/tokens.ts";

/** A name that no table of the main database has any more. */
export interface TableRemoval {
	readonly name: string;
	/** The table's new name; missing when it is dropped. */
	readonly to?: string;
}

/**
 * Returns what a statement drops or renames in the main database: `DROP TABLE name` or `ALTER TABLE name RENAME TO other`.
 * A name without a schema can be that of a temporary table.
 */
export function tableRemoval({ keyword, sql }: Statement): TableRemoval | undefined {
	if (keyword !== "DROP" && keyword !== "ALTER") return undefined;
	const table = nextToken(sql, keyword.length);
	if (table?.word !== "TABLE") return undefined;
	const name = readTable(sql, afterIfExists(sql, table.end));
	if (name === undefined) return undefined;
	if (keyword === "DROP") return { name: name.name };
	const rename = nextToken(sql, name.end);
	const word = rename?.word === "RENAME" ? nextToken(sql, rename.end) : undefined;
	const to = word?.word === "TO" ? readName(sql, word.end) : undefined;
	return to && { name: name.name, to: to.name };
}

function afterIfExists(sql: string, from: number): number {
	const first = nextToken(sql, from);
	const second = first?.word === "IF" ? nextToken(sql, first.end) : undefined;
	return second?.word === "EXISTS" ? second.end : from;
}

/** Reads `name` or `main.name`. */
function readTable(sql: string, from: number): ReturnType<typeof readName> {
	const first = readName(sql, from);
	const dot = first === undefined ? undefined : nextToken(sql, first.end);
	if (first === undefined || dot === undefined || sql.charAt(dot.start) !== ".") return first;
	return first.name.toLowerCase() === "main" ? readName(sql, dot.end) : undefined;
}
