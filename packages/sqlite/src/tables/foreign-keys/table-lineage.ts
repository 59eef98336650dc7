import type { Statement } from "@godwit/sql";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { tableRemoval } from "../../statements/table-removal.ts";

/** What one body does to the tables of the main database: which it renames, and which it makes anew. */
export interface TableLineage {
	/** Called before each statement of the body. A second call with the same statement does nothing. */
	beforeStatement(statement: Statement): void;
	/** The name, in lower case, that the table had before the body. A new table, and one that was made anew, have their own. */
	nameBefore(name: string): string;
	/** Whether each row of the table that was there before still has its rowid, unless a statement has set it. */
	keepsRowids(name: string): boolean;
}

/** Names in lower case of the tables of the main database. */
export function tableNames(connection: SqliteConnection): ReadonlySet<string> {
	const rows = connection.query("SELECT name FROM main.sqlite_schema WHERE type = 'table'");
	return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}

/** @param before The tables that were there before the body, in lower case. */
export function tableLineage(before: ReadonlySet<string>): TableLineage {
	/** The name before the body, by the name now, of what the body has renamed; `undefined` for a name that it has taken away. */
	const origins = new Map<string, string | undefined>();
	let vacuumed = false;
	let last: Statement | undefined;

	function originOf(name: string): string | undefined {
		if (origins.has(name)) return origins.get(name);
		return before.has(name) ? name : undefined;
	}

	return {
		beforeStatement(statement) {
			if (statement === last) return;
			last = statement;
			// It numbers the rows of a table without INTEGER PRIMARY KEY anew.
			if (statement.keyword === "VACUUM") vacuumed = true;
			const removal = tableRemoval(statement);
			if (removal === undefined) return;
			const name = removal.name.toLowerCase();
			if (removal.to !== undefined) origins.set(removal.to.toLowerCase(), originOf(name));
			origins.set(name, undefined);
		},
		nameBefore: (name) => originOf(name.toLowerCase()) ?? name.toLowerCase(),
		keepsRowids: (name) => !vacuumed && originOf(name.toLowerCase()) !== undefined,
	};
}
