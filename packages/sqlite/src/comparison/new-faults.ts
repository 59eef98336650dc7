import type { ForeignKeyViolations, RowComparison, TracedTables } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { BEFORE, lower, NOW, type Side } from "./compared-names.ts";

const MAX_FAULTS = 20;

/** The foreign keys that more rows violate than before. */
export function newViolations(
	connection: SqliteConnection,
	tables: TracedTables,
): Pick<RowComparison, "violations" | "gaps"> {
	const now = violationsOf(connection, NOW);
	if (now.gap !== undefined) return { violations: [], gaps: [now.gap] };
	if (now.counts.length === 0) return { violations: [], gaps: [] };
	const before = violationsOf(connection, BEFORE);
	const counts = new Map(
		before.counts.map(({ table, parent, count }) => [keyOf(tables.tableNow(table), tables.tableNow(parent)), count]),
	);
	const violations = now.counts
		.map(({ table, parent, count }): ForeignKeyViolations => {
			return { table, parent, before: counts.get(keyOf(table, parent)) ?? 0, after: count };
		})
		.filter((found) => found.after > found.before);
	return { violations, gaps: before.gap === undefined ? [] : [before.gap] };
}

interface Violations {
	readonly counts: readonly { readonly table: string; readonly parent: string; readonly count: number }[];
	/** Why they cannot be counted. */
	readonly gap?: string;
}

function violationsOf(connection: SqliteConnection, side: Side): Violations {
	const sql = `SELECT child.name AS child, found.parent AS parent, count(*) AS count
		FROM pragma_table_list AS child, pragma_foreign_key_check(child.name, '${side}') AS found
		WHERE child.schema = '${side}' AND child.type = 'table' GROUP BY 1, 2 ORDER BY 1, 2`;
	try {
		const counts = connection.query(sql).map(({ child, parent, count }) => ({
			...{ table: String(child), parent: String(parent), count: Number(count) },
		}));
		return { counts };
	} catch (error) {
		// A foreign key that fits no unique index of its parent.
		if (connection.resultCode(error) === undefined) throw error;
		const when = side === NOW ? "afterwards" : "before";
		return { counts: [], gap: `the foreign keys cannot be checked as they are ${when}: ${(error as Error).message}` };
	}
}

function keyOf(table: string, parent: string): string {
	return JSON.stringify([lower(table), lower(parent)]);
}

/** What `PRAGMA quick_check` says that it did not say before. */
export function newDamage(connection: SqliteConnection): readonly string[] {
	const now = damageOf(connection, NOW);
	if (now.length === 0) return [];
	const before = new Set(damageOf(connection, BEFORE));
	return now.filter((line) => !before.has(line));
}

function damageOf(connection: SqliteConnection, side: Side): readonly string[] {
	const rows = connection.query(`PRAGMA ${side}.quick_check(${MAX_FAULTS})`);
	const lines = rows.flatMap((row) => Object.values(row).map((value) => String(value)));
	return lines.length === 1 && lines[0] === "ok" ? [] : lines;
}
