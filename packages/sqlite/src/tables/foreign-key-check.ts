import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";

/** Longest list of violations in an error. */
const MAX_LISTED = 20;

/** How many rows violate a foreign key, by a text that names row and parent. Rows without rowid have the same text. */
export type Violations = ReadonlyMap<string, number>;

/** @see https://sqlite.org/pragma.html#pragma_foreign_key_check */
export function foreignKeyViolations(connection: SqliteConnection): Violations {
	const violations = new Map<string, number>();
	for (const { table, rowid, parent } of connection.query("PRAGMA foreign_key_check")) {
		const row = rowid === null ? "a row" : `row ${rowid}`;
		const violation = `${row} of ${table} points to a row of ${parent} that does not exist`;
		violations.set(violation, (violations.get(violation) ?? 0) + 1);
	}
	return violations;
}

/**
 * Refuses violations that were not there before, so that old ones do not block every later migration.
 *
 * @throws MigrateError `ERR_FOREIGN_KEY`.
 */
export function assertNoNewViolations(connection: SqliteConnection, before: Violations): void {
	const fresh = [...foreignKeyViolations(connection)].filter(([text, count]) => count > (before.get(text) ?? 0));
	const violations = fresh.map(([text]) => text);
	if (violations.length === 0) return;
	throw new MigrateError(
		"ERR_FOREIGN_KEY",
		`the migration breaks ${violations.length} foreign keys, the first: ${violations[0]}`,
		{ violations: violations.slice(0, MAX_LISTED) },
	);
}
