import { readName } from "./read-name.ts";
import type { Statement } from "./statement.ts";
import { nextToken } from "./tokens.ts";

/**
 * Returns the name of the table that a statement drops or renames in the main database: `DROP TABLE name` or
 * `ALTER TABLE name RENAME TO other`. A name without a schema can be that of a temporary table.
 */
export function removedTable({ keyword, sql }: Statement): string | undefined {
	if (keyword !== "DROP" && keyword !== "ALTER") return undefined;
	const table = nextToken(sql, keyword.length);
	if (table?.word !== "TABLE") return undefined;
	const name = readTable(sql, afterIfExists(sql, table.end));
	if (name === undefined || keyword === "DROP") return name?.name;
	const rename = nextToken(sql, name.end);
	const to = rename?.word === "RENAME" ? nextToken(sql, rename.end) : undefined;
	return to?.word === "TO" ? name.name : undefined;
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
