import { readName } from "./read-name.ts";
import { nextToken } from "./split/tokens.ts";

/** The beginning of a PRAGMA. */
export interface Pragma {
	/** As it is written, without quotes; `undefined` where the statement names none. */
	readonly schema: string | undefined;
	/** In lower case, without quotes. */
	readonly name: string;
	/** Offset after the name. */
	readonly end: number;
}

/** Reads `PRAGMA [schema.]name`, with names quoted in any of SQLite's ways and comments anywhere; `undefined` for any other statement. */
export function readPragma(sql: string): Pragma | undefined {
	const keyword = nextToken(sql, 0);
	const first = keyword?.word === "PRAGMA" ? readName(sql, keyword.end) : undefined;
	if (first === undefined) return undefined;
	const dot = nextToken(sql, first.end);
	if (dot === undefined || sql.charAt(dot.start) !== ".") {
		return { schema: undefined, name: first.name.toLowerCase(), end: first.end };
	}
	const second = readName(sql, dot.end);
	return second && { schema: first.name, name: second.name.toLowerCase(), end: second.end };
}
