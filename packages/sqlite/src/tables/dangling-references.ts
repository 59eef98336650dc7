import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { danglingReferenceError } from "../sqlite-error.ts";
import type { Statement } from "../statements/statement.ts";
import { removedTable } from "../statements/table-removal.ts";

/** Foreign keys whose parent table is missing, by the names of both tables. */
const DANGLING = `SELECT DISTINCT child.name AS child, keys."table" AS parent
	FROM main.sqlite_schema AS child, pragma_foreign_key_list(child.name, 'main') AS keys
	WHERE child.type = 'table' AND keys."table" COLLATE NOCASE NOT IN (SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view'))
	ORDER BY child.rowid`;

interface Reference {
	readonly child: string;
	readonly parent: string;
}

/**
 * Looks out for bodies that take a table away and leave foreign keys to it behind, most often by a table rebuild in the
 * wrong order. A body that takes none away costs nothing.
 */
export interface DanglingReferences {
	/** Has to be told of a statement of a body before it runs. */
	watch(statement: Statement): void;
	/**
	 * Belongs behind a body: a table that is made anew later in it is there again.
	 *
	 * @throws MigrateError `ERR_DANGLING_REFERENCE` for a table that the body took away and that was not missing before.
	 */
	assertNone(): void;
}

/** Of one body. */
export function danglingReferences(connection: SqliteConnection): DanglingReferences {
	/** The last statement that took a table away, by the table's name in lower case. */
	const removals = new Map<string, Statement>();
	/** Tables that were missing before the first of them. */
	let missing: ReadonlySet<string> = new Set();

	function read(): readonly Reference[] {
		return connection.query(DANGLING).map(({ child, parent }) => ({ child: String(child), parent: String(parent) }));
	}

	return {
		watch(statement) {
			const name = removedTable(statement);
			if (name === undefined) return;
			if (removals.size === 0) missing = new Set(read().map(({ parent }) => parent.toLowerCase()));
			removals.set(name.toLowerCase(), statement);
		},
		assertNone() {
			if (removals.size === 0) return;
			const found = read().filter(({ parent }) => !missing.has(parent.toLowerCase()));
			for (const { parent } of found) {
				const statement = removals.get(parent.toLowerCase());
				if (statement === undefined) continue;
				const children = found.filter((other) => other.parent === parent).map(({ child }) => child);
				throw danglingReferenceError(statement, parent, children);
			}
		},
	};
}
