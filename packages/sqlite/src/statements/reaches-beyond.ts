import { BODY_START, type Place, roundStatement, type Statement } from "@godwit/sql";
import { roundLanguage } from "./round-language.ts";
import { NOTHING_BEFORE, splitPart } from "./split/split-part.ts";
import { nextToken } from "./split/tokens.ts";

/**
 * Finds the first statement of a text that opens another file than the database: ATTACH, or VACUUM INTO.
 *
 * @throws MigrateError `ERR_INVALID_BODY` for a text that cannot be split, or not be run in rounds where it asks for them.
 */
export function reachesBeyond(text: string): (Place & { readonly sql: string }) | undefined {
	const { statements, directives } = splitPart({ text, start: BODY_START, ended: true }, NOTHING_BEFORE);
	// What cannot be run in rounds does not run at all.
	if (directives.has("until-done")) roundStatement({ statements, directives }, roundLanguage);
	for (const statement of statements) {
		const sql = opener(statement);
		if (sql !== undefined) return { sql, line: statement.line, column: statement.column };
	}
	return undefined;
}

function opener({ keyword, sql }: Statement): string | undefined {
	if (keyword === "ATTACH") return "ATTACH";
	return keyword === "VACUUM" && hasWord(sql, "INTO") ? "VACUUM INTO" : undefined;
}

function hasWord(sql: string, word: string): boolean {
	for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.end)) {
		if (token.word === word) return true;
	}
	return false;
}
