import { rowsOf } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import { quoteIdentifier } from "../tables/literal.ts";
import { ownTables, STRUCTURE_QUERIES, structureTables } from "./structure-queries.ts";

/**
 * Describes the structure of the database, as the server itself writes it: a line for each schema, extension, table, column,
 * constraint, index, sequence, view, trigger, rule, policy, routine and type, sorted. NOT NULL and the default of a column are
 * `detail` lines. The order of columns is not in it, and neither are owners, privileges and comments.
 */
export async function readStructure({ connection, names }: Connected): Promise<readonly string[]> {
	const parts = STRUCTURE_QUERIES.map(({ line, from }) => `SELECT ${line} AS line FROM ${from}`);
	const query = `WITH ${structureTables(ownTables(names))} ${parts.join(" UNION ALL ")}`;
	// The server leaves out the schema of what is in the search path.
	const path = `SET LOCAL search_path = ${quoteIdentifier(names.schema)}`;
	const begin = { mode: "ISOLATION LEVEL REPEATABLE READ READ ONLY", after: [path, query] };
	const rows = await inTransaction(connection, begin, async (begun) => ({ result: rowsOf(begun.slice(1)), last: [] }));
	return rows.map(({ line }) => String(line).replaceAll("\n", "\\n")).toSorted();
}
