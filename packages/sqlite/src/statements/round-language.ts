import type { RoundLanguage } from "@godwit/sql";
import { readName } from "./read-name.ts";
import { NOTHING_BEFORE, splitPart } from "./split/split-part.ts";
import { nextToken, skipGap } from "./split/tokens.ts";

/** SQLite's language, as rounds need it. */
export const roundLanguage: RoundLanguage = {
	nextToken,
	skipGap,
	split: (text, start) => splitPart({ text, start, ended: true }, NOTHING_BEFORE).statements,
	changedTable,
	limits: new Set(["LIMIT"]),
};

/** UPDATE [OR ACTION] [SCHEMA.]TABLE and DELETE FROM [SCHEMA.]TABLE */
function changedTable(sql: string): string | undefined {
	let at = "UPDATE".length;
	const next = nextToken(sql, at);
	if (next?.word === "OR") at = nextToken(sql, next.end)?.end ?? next.end;
	if (next?.word === "FROM") at = next.end;
	const first = readName(sql, at);
	if (first === undefined) return undefined;
	const dot = nextToken(sql, first.end);
	const end =
		dot !== undefined && sql.charAt(dot.start) === "." ? (readName(sql, dot.end)?.end ?? first.end) : first.end;
	return sql.slice(at, end).trim();
}
