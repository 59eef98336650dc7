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
 * Finds foreign keys to a table that one body has removed, most often by a table rebuild in the wrong order. A body that
 * removes no table costs nothing.
 */
export interface DanglingReferences {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/**
	 * Belongs after the body, which may have made the table again.
	 *
	 * @throws MigrateError `ERR_DANGLING_REFERENCE` for a table that the body removed and that was not missing before.
	 */
	assertNone(): void;
}

export function danglingReferences(connection: SqliteConnection): DanglingReferences {
	/** The last statement that removed a table, by the table's name in lower case. */
	let removals: Map<string, Statement> | undefined;
	/** Tables that were missing before the first removal. */
	let missing: ReadonlySet<string> | undefined;

	function read(): readonly Reference[] {
		return connection.query(DANGLING).map(({ child, parent }) => ({ child: String(child), parent: String(parent) }));
	}

	return {
		beforeStatement(statement) {
			const name = removedTable(statement);
			if (name === undefined) return;
			missing ??= new Set(read().map(({ parent }) => parent.toLowerCase()));
			removals ??= new Map();
			removals.set(name.toLowerCase(), statement);
		},
		assertNone() {
			if (removals === undefined) return;
			const found = read().filter(({ parent }) => !missing?.has(parent.toLowerCase()));
			for (const { parent } of found) {
				const statement = removals.get(parent.toLowerCase());
				if (statement === undefined) continue;
				const children = found.filter((other) => other.parent === parent).map(({ child }) => child);
				throw danglingReferenceError(statement, parent, children);
			}
		},
	};
}
