import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { lower } from "../tables/lower.ts";
import { type Side, sameName } from "./compared-names.ts";

/**
 * Whether a column holds 1 and 1.0 as they come (`kept`), or makes of both the integer (`integer`), the real number (`real`), or a text
 * (`text`).
 */
type Numbers = "kept" | "integer" | "real" | "text";

/** What identifies a row of a table, and what it holds. */
export interface TableColumns {
	/** Those that hold values of their own, in their order. */
	readonly names: readonly string[];
	/** Sets of columns of which no two rows have the same values, the primary key first. */
	readonly keys: readonly (readonly string[])[];
	/** Those that can be NULL. */
	readonly nullable: ReadonlySet<string>;
	/** What becomes of a number in each of `names`. */
	readonly numbers: ReadonlyMap<string, Numbers>;
	/** A name by which the rowid can be read; undefined when there is none. */
	readonly rowid: string | undefined;
}

export function readTableColumns(connection: SqliteConnection, side: Side, table: string): TableColumns {
	const columns = connection
		.query(
			'SELECT name AS name, type AS type, "notnull" AS required, pk AS pk, hidden AS hidden FROM pragma_table_xinfo(?, ?)',
			[table, side],
		)
		.map(({ name, type, required, pk, hidden }) => ({
			...{ name: String(name), type: String(type), required: required === 1n, pk: Number(pk), hidden: Number(hidden) },
		}));
	const { withoutRowid, strict } = kindOf(connection, side, table);
	const primary = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
	const [only, ...others] = primary;
	const isRowid = only !== undefined && others.length === 0 && !withoutRowid && /^integer$/i.test(only.type);
	const required = new Set(withoutRowid || isRowid ? primary.map(({ name }) => name) : []);
	const nullable = columns.filter((column) => !column.required && !required.has(column.name));
	const keys = [primary.map(({ name }) => name), ...uniqueColumns(connection, side, table)];
	return {
		names: columns.filter(({ hidden }) => hidden === 0).map(({ name }) => name),
		keys: keys.filter((key) => key.length > 0),
		nullable: new Set(nullable.map(({ name }) => name)),
		numbers: new Map(columns.map(({ name, type }) => [name, numbersOf(type, strict)])),
		rowid: withoutRowid ? undefined : rowidName(columns.map(({ name }) => name)),
	};
}

function kindOf(connection: SqliteConnection, side: Side, table: string): { withoutRowid: boolean; strict: boolean } {
	const sql = "SELECT wr AS wr, strict AS strict FROM pragma_table_list WHERE schema = ? AND name = ?";
	const [row] = connection.query(sql, [side, table]);
	return { withoutRowid: row?.wr === 1n, strict: row?.strict === 1n };
}

/** See https://sqlite.org/datatype3.html#determination_of_column_affinity and https://sqlite.org/stricttables.html */
function numbersOf(type: string, strict: boolean): Numbers {
	if (strict && /^any$/i.test(type)) return "kept";
	if (/int/i.test(type)) return "integer";
	if (/char|clob|text/i.test(type)) return "text";
	if (type === "" || /blob/i.test(type)) return "kept";
	return /real|floa|doub/i.test(type) ? "real" : "integer";
}

/** A column can have any of the names that the rowid has otherwise. */
function rowidName(columns: readonly string[]): string | undefined {
	return ["rowid", "_rowid_", "oid"].find((name) => !columns.some((column) => sameName(column, name)));
}

/** The columns of each unique index over columns alone that covers every row. */
function uniqueColumns(connection: SqliteConnection, side: Side, table: string): readonly (readonly string[])[] {
	const sql = `SELECT list.name AS name, info.cid AS cid, info.name AS column
		FROM pragma_index_list(?, ?) AS list, pragma_index_xinfo(list.name, ?) AS info
		WHERE list."unique" AND NOT list.partial AND info."key" ORDER BY list.seq, info.seqno`;
	const rows = connection.query(sql, [table, side, side]);
	return [...Map.groupBy(rows, ({ name }) => name).values()]
		.filter((key) => key.every(({ cid }) => typeof cid === "bigint" && cid >= 0n))
		.map((key) => key.map(({ column }) => String(column)));
}

/** A column that both tables have. */
export interface CommonColumn {
	readonly before: string;
	readonly now: string;
	/** Whether values that are equal can have another storage class before and now: for SQLite 1 and 1.0 are equal. */
	readonly classesDiffer: boolean;
}

/** The columns that are in both tables. @param columnNow The name that a column of before has now. */
export function commonColumns(
	before: TableColumns,
	now: TableColumns,
	columnNow: (column: string) => string,
): readonly CommonColumn[] {
	return before.names.flatMap((column) => {
		const found = now.names.find((name) => sameName(name, columnNow(column)));
		if (found === undefined) return [];
		const numbers = before.numbers.get(column);
		const classesDiffer = numbers === "kept" || numbers !== now.numbers.get(found);
		return [{ before: column, now: found, classesDiffer }];
	});
}

/** By which columns a row is known again: the first set that is unique before and now, and never NULL before. */
export function commonKey(
	before: TableColumns,
	now: TableColumns,
	common: readonly CommonColumn[],
	hasNull: (columns: readonly string[]) => boolean,
): readonly CommonColumn[] | undefined {
	const keysNow = new Set(now.keys.map(setOf));
	for (const key of before.keys) {
		const columns = key.flatMap((name) => common.filter((column) => sameName(column.before, name)));
		if (columns.length < key.length || !keysNow.has(setOf(columns.map((column) => column.now)))) continue;
		const nullable = key.filter((name) => before.nullable.has(name));
		if (nullable.length === 0 || !hasNull(nullable)) return columns;
	}
	return undefined;
}

function setOf(columns: readonly string[]): string {
	return JSON.stringify(columns.map(lower).toSorted());
}
