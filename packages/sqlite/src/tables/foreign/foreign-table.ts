import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "../../connection/sqlite-connection.ts";
import { columnsOf, OWN_TABLE } from "./foreign-version-table.ts";

/** A table that godwit keeps beside that of the version. */
export interface SideTable {
	/** What is in it, such as `lock`. The name of the table ends in `_` and this word. */
	readonly holds: string;
	/** In lower case, in their order. */
	readonly columns: readonly string[];
	/** Other tools that have a table of such a name, by its columns. */
	readonly otherTools: ReadonlyMap<string, string>;
}

/**
 * Explains why a statement on a table beside that of the version failed, when something else has its name.
 *
 * @returns An error that says what was found; `undefined` when the table is as godwit makes it, or the failure is another one.
 */
export function foreignTable(
	connection: SqliteConnection,
	name: string,
	sideTable: SideTable,
	cause: unknown,
): MigrateError<"ERR_DATABASE"> | undefined {
	// Any other error, such as a busy database, has nothing to do with the columns.
	if (!/^SQLITE_(ERROR|CONSTRAINT)/.test(connection.resultCode(cause) ?? "")) return undefined;
	const found = whatIsFound(connection, name, sideTable);
	if (found === undefined) return undefined;
	const { holds } = sideTable;
	const message = `${name}, in which godwit keeps its ${holds}, is not godwit's: it ${found}; ${OWN_TABLE}, and the ${holds} is in NAME_${holds} then`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

function whatIsFound(
	connection: SqliteConnection,
	name: string,
	{ columns, otherTools }: SideTable,
): string | undefined {
	const sql = "SELECT type AS type FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE";
	const [row] = connection.query(sql, [name]);
	if (row === undefined) return undefined;
	if (row.type === "view") return "is a view";
	const list = columnsOf(connection, name).join(", ");
	if (list === columns.join(", ")) return undefined;
	const owner = otherTools.get(list);
	const hint = owner === undefined ? "" : `, as a table of ${owner} has`;
	return `has the columns ${list}${hint}, and not ${columns.join(", ")}`;
}
