import type { SqliteConnection, SqlRow } from "../../connection/sqlite-connection.ts";

/** A foreign key of a table. */
export interface ForeignKey {
	readonly child: string;
	/** As in `PRAGMA foreign_key_list` and `PRAGMA foreign_key_check`. */
	readonly id: number;
	readonly parent: string;
	readonly parentExists: boolean;
	/** The columns of the child, and those of the parent that they refer to. */
	readonly columns: readonly { readonly from: string; readonly to: string }[];
	/** The name by which the child's rowid can be read; `undefined` when it has none, or when columns have all its names. */
	readonly rowid: string | undefined;
}

const queryIn = (
	schema: string,
): string => `SELECT child.name AS child, key.id AS id, key."table" AS parent, key."from" AS "from",
		coalesce(key."to", (SELECT name FROM pragma_table_info(key."table", '${schema}') WHERE pk = key.seq + 1)) AS "to",
		EXISTS (SELECT 1 FROM ${schema}.sqlite_schema WHERE type IN ('table', 'view') AND name = key."table" COLLATE NOCASE) AS found,
		CASE WHEN child.wr THEN NULL ELSE (
			SELECT value FROM json_each('["rowid", "_rowid_", "oid"]')
			WHERE value NOT IN (SELECT lower(name) FROM pragma_table_xinfo(child.name, '${schema}')) LIMIT 1
		) END AS rowid
	FROM pragma_table_list AS child, pragma_foreign_key_list(child.name, '${schema}') AS key
	WHERE child.schema = '${schema}' AND child.type = 'table'
	ORDER BY child.name, key.id, key.seq`;

/** Lists the foreign keys of a database, those of one table together. @param schema `main`, or the name of an attached one. */
export function foreignKeys(connection: SqliteConnection, schema: string): readonly ForeignKey[] {
	const rows = connection.query(queryIn(schema));
	const keys = Map.groupBy(rows, ({ child, id }) => JSON.stringify([child, String(id)]));
	return Array.from(keys.values(), (columns) => foreignKey(columns[0] as SqlRow, columns));
}

function foreignKey({ child, id, parent, found, rowid }: SqlRow, columns: readonly SqlRow[]): ForeignKey {
	return {
		child: String(child),
		id: Number(id),
		parent: String(parent),
		parentExists: found === 1n,
		columns: columns.map(({ from, to }) => ({ from: String(from), to: String(to) })),
		rowid: rowid === null ? undefined : String(rowid),
	};
}
