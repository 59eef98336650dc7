import { NIL_VERSION, type VersionState } from "@godwit/core";

/**
 * What the version table holds, as SQL, in one place: what a guard accepts in a statement has to be what can be read.
 *
 * The version is stored as an integer from -1 on, and the flag as 0 or 1, or as the word that golang-migrate up to version 3
 * wrote. A column of another type would keep the same numbers as text, and give them back as text.
 */

/** The flag of a row as 0 or 1, and NULL for a row that is not one of a version and a flag. */
export const DIRTY: string = `CASE
	WHEN typeof(version) <> 'integer' OR version < ${NIL_VERSION} THEN NULL
	WHEN typeof(dirty) = 'integer' AND dirty IN (0, 1) THEN dirty
	WHEN typeof(dirty) = 'text' AND dirty IN ('false', 'true') THEN dirty = 'true'
END`;

/**
 * A condition that holds when the table, by its quoted name, is at a state whose version is the parameter. No row is version -1,
 * not dirty.
 */
export function isAt(table: string, { version, dirty }: VersionState): string {
	const one = `count(*) = 1 AND max(version = ? AND (${DIRTY}) = ${dirty ? 1 : 0})`;
	const none = version === NIL_VERSION && !dirty ? "count(*) = 0 OR " : "";
	return `(SELECT ${none}${one} FROM ${table})`;
}
