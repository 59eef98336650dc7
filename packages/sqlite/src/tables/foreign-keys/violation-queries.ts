import { quoteIdentifier } from "../quote-identifier.ts";
import type { ForeignKey } from "./foreign-keys.ts";

/**
 * Queries for the violations of one table: `child_before`, `parent_before`, `key` (the values that lead nowhere, as text),
 * `rowid_now` and `parent`.
 *
 * @param schema Of the database that has the table.
 * @param before The name that a table had before the body.
 */
export function violationQueries(
	schema: string,
	child: string,
	keys: readonly ForeignKey[],
	before: (name: string) => string,
): readonly string[] {
	const childBefore = literal(before(child));
	const [first] = keys;
	if (first?.rowid === undefined)
		return keys.map((key) => queryByKey(schema, key, childBefore, literal(before(key.parent))));
	function perKey(value: (key: ForeignKey) => string): string {
		return `CASE found.fkid ${keys.map((key) => `WHEN ${key.id} THEN ${value(key)}`).join(" ")} END`;
	}
	return [
		`SELECT ${childBefore} AS child_before, ${perKey(({ parent }) => literal(before(parent)))} AS parent_before,
			${perKey(valuesOf)} AS key, found.rowid AS rowid_now, found.parent AS parent
		FROM pragma_foreign_key_check(${literal(child)}, '${schema}') AS found
		JOIN ${schema}.${quoteIdentifier(child)} AS child ON child.${first.rowid} = found.rowid`,
	];
}

/** `PRAGMA foreign_key_check` does not say which row of a table without rowid it means, so this does what it does. */
function queryByKey(schema: string, key: ForeignKey, childBefore: string, parentBefore: string): string {
	const { child, parent, parentExists, columns } = key;
	// The plus takes the column's affinity away: as in the PRAGMA, affinity and collation are the parent's.
	const equal = columns.map(({ from, to }) => `parent.${quoteIdentifier(to)} = +child.${quoteIdentifier(from)}`);
	const missing = `NOT EXISTS (SELECT 1 FROM ${schema}.${quoteIdentifier(parent)} AS parent WHERE ${equal.join(" AND ")})`;
	const set = columns.map(({ from }) => `child.${quoteIdentifier(from)} IS NOT NULL`).join(" AND ");
	return `SELECT ${childBefore} AS child_before, ${parentBefore} AS parent_before, ${valuesOf(key)} AS key,
			NULL AS rowid_now, ${literal(parent)} AS parent
		FROM ${schema}.${quoteIdentifier(child)} AS child WHERE ${set} ${parentExists ? `AND ${missing}` : ""}`;
}

/** As text, since a rebuild may give the column another type. */
function valuesOf({ columns }: ForeignKey): string {
	return columns.map(({ from }) => `hex(child.${quoteIdentifier(from)})`).join(" || ',' || ");
}

function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}
