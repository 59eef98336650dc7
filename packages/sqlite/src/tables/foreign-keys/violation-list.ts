import { MigrateError } from "@godwit/core";
import type { SqliteConnection, SqlRow } from "../../connection/sqlite-connection.ts";
import { foreignKeys } from "./foreign-keys.ts";
import type { TableLineage } from "./table-lineage.ts";
import { violationQueries } from "./violation-queries.ts";

/**
 * The rows that violate a foreign key before and after a body. They are in a temporary table, which SQLite moves from its cache
 * to a temporary file as it grows, so memory is bounded; SQLite in WebAssembly has no temporary files and keeps it in memory.
 * The table is made for the first violation: while there is one, a body in a transaction cannot change `PRAGMA temp_store`.
 */
export interface ViolationList {
	/** Whether any row violates a foreign key now. */
	any(): boolean;
	/** Notes the violations that there are before the body. A second call does nothing more. */
	noteBefore(): void;
	/** Notes those that there are after the body. A second call does nothing more. */
	noteAfter(lineage: TableLineage): void;
	/** @throws MigrateError `ERR_DATABASE` when the body has deleted what was noted. */
	assertNoted(): void;
	/** Counts those that there are more than before, and lists some. */
	listNew(limit: number): { readonly count: number; readonly violations: readonly Violations[] };
	/** Deletes what was noted. */
	forget(): void;
}

/** Violations that are alike. */
export interface Violations {
	readonly child: string;
	readonly parent: string;
	/** At least 1. */
	readonly count: number;
	/** Of the first row; `undefined` when it has none, or when it is not known which rows are new. */
	readonly rowid: bigint | undefined;
}

const NAME = "godwit_foreign_key_violations";
const NOTES = `temp.${NAME}`;

/** `change` is -1 for a violation before the body, and 1 for one after it; `id` is the rowid where that tells which row it is. */
const COLUMNS = "child_before, parent_before, key, id, change, child, parent, rowid_now";

const ALIKE = "child_before, parent_before, key, id";

export function violationList(connection: SqliteConnection): ViolationList {
	function note(change: -1 | 1, lineage: TableLineage | undefined): void {
		connection.run(`CREATE TEMP TABLE IF NOT EXISTS ${NAME} (${COLUMNS})`);
		connection.run(`DELETE FROM ${NOTES} WHERE change = ${change}`);
		for (const [child, keys] of Map.groupBy(foreignKeys(connection, "main"), ({ child }) => child)) {
			if (!hasViolations(child)) continue;
			const kept = lineage?.keepsRowids(child) ?? true;
			const before = (name: string): string => lineage?.nameBefore(name) ?? name.toLowerCase();
			if (!kept) connection.run(`UPDATE ${NOTES} SET id = NULL WHERE child_before = ${literal(before(child))}`);
			for (const query of violationQueries("main", child, keys, before)) {
				connection.run(`INSERT INTO ${NOTES} SELECT child_before, parent_before, key, ${kept ? "rowid_now" : "NULL"},
					${change}, ${literal(child)}, parent, rowid_now FROM (${query})`);
			}
		}
	}

	/** @throws SQLite's error for a foreign key that fits no unique index. */
	function hasViolations(child: string): boolean {
		return connection.query("SELECT 1 FROM pragma_foreign_key_check(?, 'main') LIMIT 1", [child]).length > 0;
	}

	return {
		any: () => connection.query("SELECT 1 FROM pragma_foreign_key_check LIMIT 1").length > 0,
		noteBefore: () => note(-1, undefined),
		noteAfter: (lineage) => note(1, lineage),
		assertNoted() {
			const sql = `SELECT 1 FROM sqlite_temp_schema WHERE name = '${NAME}'`;
			if (connection.query(sql).length > 0) return;
			const message =
				"the migration deleted temporary tables, so the foreign keys that were violated before are not known any more; leave PRAGMA temp_store out, or x-foreign-key-check";
			throw new MigrateError("ERR_DATABASE", message, {});
		},
		listNew(limit) {
			const rows = connection.query(
				`SELECT max(child) AS child, max(parent) AS parent, sum(change) AS count, sum(sum(change)) OVER () AS total,
					CASE WHEN min(change) = 1 THEN min(rowid_now) END AS rowid
				FROM ${NOTES} GROUP BY ${ALIKE} HAVING sum(change) > 0 ORDER BY 1, min(rowid_now) LIMIT ${limit}`,
			);
			const [first] = rows;
			return { count: Number(first?.total ?? 0), violations: rows.map(violation) };
		},
		forget: () => connection.run(`DROP TABLE IF EXISTS ${NOTES}`),
	};
}

function violation({ child, parent, count, rowid }: SqlRow): Violations {
	const row = typeof rowid === "bigint" ? rowid : undefined;
	return { child: String(child), parent: String(parent), count: Number(count), rowid: row };
}

function literal(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}
