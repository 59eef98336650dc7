import type { ForeignKeyViolations, RowComparison, TracedTables } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { foreignKeys } from "../tables/foreign-keys/foreign-keys.ts";
import { violationQueries } from "../tables/foreign-keys/violation-queries.ts";
import { lower } from "../tables/lower.ts";
import { quoteIdentifier } from "../tables/quote-identifier.ts";
import { BEFORE, type Compared, NOW, namesOfType, type Side } from "./compared-names.ts";

const MAX_FAULTS = 20;
/** SQLite walks the whole schema for each. */
const MAX_EXAMINED_ALONE = 100;

/** The foreign keys that more rows violate than before, or as many or fewer with other values. */
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
		.filter((found) => found.after > found.before || hasOthers(connection, found, tables));
	return { violations, gaps: before.gap === undefined ? [] : [before.gap] };
}

/**
 * Whether a key leads nowhere now with values with which it did not before, or with which fewer rows did. Rows are told apart by these
 * values, since a table that is made anew may number its rows anew. SQLite sorts them, in temporary files where it has any.
 */
function hasOthers(
	connection: SqliteConnection,
	{ table, parent }: ForeignKeyViolations,
	tables: TracedTables,
): boolean {
	const nameNow = (side: Side) => (name: string) => lower(side === NOW ? name : tables.tableNow(name));
	const found = ([BEFORE, NOW] as const).flatMap((side) => {
		const now = nameNow(side);
		const keys = foreignKeys(connection, side).filter((key) => now(key.child) === lower(table));
		const children = [...Map.groupBy(keys, ({ child }) => child)];
		const queries = children.flatMap(([child, own]) => violationQueries(side, child, own, now));
		return queries.map((query) => `SELECT ${side === NOW ? 1 : -1} AS change, parent_before, key FROM (${query})`);
	});
	const sql = `SELECT 1 FROM (${found.join(" UNION ALL ")}) WHERE parent_before = ? GROUP BY key HAVING sum(change) > 0 LIMIT 1`;
	return connection.query(sql, [lower(parent)]).length > 0;
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

/**
 * What `PRAGMA quick_check` says that it did not say before. It examines the tables alone that a statement has written or altered: to
 * examine the others would take most of the time. Where that is not known, it examines the whole database.
 */
export function newDamage(connection: SqliteConnection, compared: Compared): readonly string[] {
	const written = writtenTables(connection, compared);
	if (written?.every((table) => damageOf(connection, NOW, table).length === 0)) return [];
	const now = damageOf(connection, NOW);
	if (now.length === 0) return [];
	const before = new Set(damageOf(connection, BEFORE));
	return now.filter((line) => !before.has(line));
}

/** Those of tools are among them. @returns `undefined` when all may be, or when they are so many that the whole database takes less time. */
function writtenTables(connection: SqliteConnection, { tables, isTool }: Compared): readonly string[] | undefined {
	const before = namesOfType(connection, BEFORE, "table");
	const untouched = new Set(
		before.filter((name) => !isTool(name) && tables.isUntouched(name)).map((name) => lower(tables.tableNow(name))),
	);
	// What a virtual table writes to tables of its own is in no statement.
	if (untouched.size === 0 || namesOfType(connection, NOW, "virtual").length > 0) return undefined;
	const written = namesOfType(connection, NOW, "table").filter((name) => !untouched.has(lower(name)));
	return written.length > MAX_EXAMINED_ALONE ? undefined : written;
}

/** @param table Examines this table and its indexes alone, and not the free pages. Default the whole database. */
function damageOf(connection: SqliteConnection, side: Side, table?: string): readonly string[] {
	const examined = table === undefined ? MAX_FAULTS : quoteIdentifier(table);
	const rows = connection.query(`PRAGMA ${side}.quick_check(${examined})`);
	const lines = rows.flatMap((row) => Object.values(row).map((value) => String(value)));
	return lines.length === 1 && lines[0] === "ok" ? [] : lines;
}
