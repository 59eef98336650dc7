import type { Statement } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { danglingReferenceError } from "../../sqlite-error.ts";
import { tableRemoval } from "../../statements/table-removal.ts";
import { type TableLineage, tableLineage, tableNames } from "./table-lineage.ts";

/** Foreign keys whose parent table is missing: how many, by the names of both tables. */
const DANGLING = `SELECT child.name AS child, keys."table" AS parent, count(DISTINCT keys.id) AS count
	FROM main.sqlite_schema AS child, pragma_foreign_key_list(child.name, 'main') AS keys
	WHERE child.type = 'table' AND keys."table" COLLATE NOCASE NOT IN (SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view'))
	GROUP BY child.name, keys."table" COLLATE NOCASE
	ORDER BY child.rowid`;

interface References {
	readonly child: string;
	readonly parent: string;
	readonly count: number;
}

/**
 * Finds foreign keys to a table that one body has removed, most often by a table rebuild in the wrong order. A body that
 * removes no table costs nothing.
 */
export interface DanglingReferences {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/**
	 * Belongs after the body, which may have made the table again.
	 *
	 * @throws MigrateError `ERR_DANGLING_REFERENCE` for foreign keys to a table that the body removed. Those that dangled
	 *   before are left out, table by table.
	 */
	assertNone(): void;
}

export function danglingReferences(connection: SqliteConnection): DanglingReferences {
	/** The last statement that removed a table, by the table's name in lower case. */
	let removals: Map<string, Statement> | undefined;
	/** What there was before the first removal. */
	let before: { readonly counts: ReadonlyMap<string, number>; readonly lineage: TableLineage } | undefined;

	function read(): readonly References[] {
		return connection
			.query(DANGLING)
			.map(({ child, parent, count }) => ({ child: String(child), parent: String(parent), count: Number(count) }));
	}

	return {
		beforeStatement(statement) {
			const removal = tableRemoval(statement);
			if (removal === undefined) return;
			before ??= {
				counts: new Map(read().map(({ child, parent, count }) => [pair(child, parent), count])),
				lineage: tableLineage(tableNames(connection)),
			};
			before.lineage.beforeStatement(statement);
			removals ??= new Map();
			removals.set(removal.name.toLowerCase(), statement);
		},
		assertNone() {
			if (before === undefined || removals === undefined) return;
			const { counts, lineage } = before;
			const found = read().filter(
				({ child, parent, count }) => count > (counts.get(pair(lineage.nameBefore(child), parent)) ?? 0),
			);
			for (const { parent } of found) {
				const statement = removals.get(parent.toLowerCase());
				if (statement === undefined) continue;
				const children = found.filter((other) => other.parent === parent).map(({ child }) => child);
				throw danglingReferenceError(statement, parent, children);
			}
		},
	};
}

function pair(child: string, parent: string): string {
	return JSON.stringify([child.toLowerCase(), parent.toLowerCase()]);
}
