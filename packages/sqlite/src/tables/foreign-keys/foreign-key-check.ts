import { MigrateError } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { tableLineage, tableNames } from "./table-lineage.ts";
import { type Violations, violationList } from "./violation-list.ts";

/** Longest list of violations in an error. */
const MAX_LISTED = 20;

/**
 * Compares the rows that violate a foreign key before and after one body, so that old violations do not block every later
 * migration.
 *
 * A violation is a row, the table that it points to and the values with which it does. Tables that the body renames are
 * followed. A row is known by its rowid; where there is none, or the body has made the table anew, violations that are alike
 * are counted.
 */
export interface ForeignKeyCheck {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/** Belongs after the body. @throws MigrateError `ERR_FOREIGN_KEY` for violations that were not there before. */
	assertNoNew(): void;
	/** Deletes the notes. Belongs after everything else. */
	end(): void;
}

/** Belongs before the body. */
export function foreignKeyCheck(connection: SqliteConnection): ForeignKeyCheck {
	const violations = violationList(connection);
	const lineage = tableLineage(tableNames(connection));
	// What an attempt that met another connection's transaction has left.
	violations.forget();
	const anyBefore = violations.any();
	if (anyBefore) violations.noteBefore();

	return {
		beforeStatement: lineage.beforeStatement,
		assertNoNew() {
			if (!violations.any()) return;
			if (anyBefore) violations.assertNoted();
			violations.noteAfter(lineage);
			const { count, violations: found } = violations.listNew(MAX_LISTED);
			if (count === 0) return;
			const listed = found.map(describe);
			const message = `the migration breaks ${count} foreign keys, the first: ${listed[0]}`;
			throw new MigrateError("ERR_FOREIGN_KEY", message, { violations: listed });
		},
		end: violations.forget,
	};
}

function describe({ child, parent, rowid, count }: Violations): string {
	if (count === 1) {
		const row = rowid === undefined ? "a row" : `row ${rowid}`;
		return `${row} of ${child} points to a row of ${parent} that does not exist`;
	}
	const first = rowid === undefined ? "" : `, the first is row ${rowid}`;
	return `${count} rows of ${child} point to a row of ${parent} that does not exist${first}`;
}
