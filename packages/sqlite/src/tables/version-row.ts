import { NIL_VERSION, type VersionState } from "@godwit/core";

/**
 * What the version table holds, in one place: what a guard accepts in a statement has to be what can be read.
 *
 * The version is stored as an integer from -1 on, and the flag as 0 or 1, or as the word that golang-migrate up to version 3
 * wrote. A column of another type would keep the same numbers as text, and give them back as text: `quote` tells 5 from '5'. It
 * is also compiled in a third of the time that the types asked for one by one take, and each migration that changes the schema
 * has its guard compiled anew.
 */

/** SQL for a row as text: `5 0`. */
export const ROW = "quote(version) || ' ' || quote(dirty)";

const CLEAN = ["0", "'false'"];
const DIRTY = ["1", "'true'"];

/** Reads `ROW`. @returns `undefined` for a row that is not one of a version and a flag. */
export function stateOf(row: string): VersionState | undefined {
	const [digits = "", flag = "", ...rest] = row.split(" ");
	if (rest.length > 0 || !/^-?\d+$/.test(digits)) return undefined;
	const version = BigInt(digits);
	const dirty = DIRTY.includes(flag);
	if (version < NIL_VERSION || !(dirty || CLEAN.includes(flag))) return undefined;
	return { version, dirty };
}

/** Returns a condition, with the parameters of `rowsAt`, that holds when the table, by its quoted name, is at that state. */
export function isAt(table: string): string {
	return `coalesce((SELECT group_concat(${ROW}) FROM ${table}), '') IN (?, ?, ?)`;
}

/** The three contents of a table that mean this state. No row is version -1, not dirty. */
export function rowsAt({ version, dirty }: VersionState): readonly string[] {
	const [row = "", word = ""] = (dirty ? DIRTY : CLEAN).map((flag) => `${version} ${flag}`);
	return [row, word, version === NIL_VERSION && !dirty ? "" : row];
}
