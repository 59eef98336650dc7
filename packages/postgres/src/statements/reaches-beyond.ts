import type { Place } from "@godwit/sql";
import { type PlacedStatement, readText } from "./read-body.ts";
import { tokensOf } from "./tokens.ts";

/** Functions of the server that open files of its machine, or other databases. */
const FUNCTIONS = /^(?:PG_READ_FILE|PG_READ_BINARY_FILE|PG_LS_DIR|LO_IMPORT|LO_EXPORT|DBLINK\w*|PG_FILE_\w+)$/;

/**
 * Finds the first statement of a text that opens a file, a program or another database: COPY, LOAD, ALTER SYSTEM, a foreign
 * server, or a function that does. What a function of the user's does cannot be seen.
 *
 * @throws MigrateError `ERR_INVALID_BODY` for a text that cannot be split.
 */
export function reachesBeyond(text: string): (Place & { readonly sql: string }) | undefined {
	for (const statement of readText(text).statements) {
		const sql = opener(statement);
		if (sql !== undefined) return { sql, line: statement.line, column: statement.column };
	}
	return undefined;
}

function opener({ keyword, words, sql }: PlacedStatement): string | undefined {
	const two = words.slice(0, 2).join(" ");
	if (keyword === "COPY" || keyword === "LOAD") return keyword;
	if (two === "ALTER SYSTEM" || two === "CREATE SERVER" || two === "CREATE SUBSCRIPTION") return two;
	for (const { word } of tokensOf(sql)) if (FUNCTIONS.test(word)) return word.toLowerCase();
	return undefined;
}
