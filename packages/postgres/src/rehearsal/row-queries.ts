import { quoteIdentifier, quoteLiteral } from "../tables/literal.ts";
import type { ComparedColumn, TableToCompare } from "./compared-tables.ts";
import { keptColumn, keptTable } from "./kept-rows.ts";

/** How many rows are shown, how many columns of each, and how many characters of each value. */
const MAX_SHOWN_ROWS = 3;
const MAX_SHOWN_COLUMNS = 5;
const MAX_SHOWN_LENGTH = 60;

/** A table before and afterwards, with the columns that it has both times. */
export interface TablePair {
	readonly before: TableToCompare;
	readonly now: TableToCompare;
	readonly columns: readonly CommonColumn[];
	/** By which of them a row is known again; empty where equal rows are counted. */
	readonly key: readonly CommonColumn[];
}

export interface CommonColumn {
	readonly before: ComparedColumn;
	readonly now: ComparedColumn;
}

const keptText = ({ before }: CommonColumn): string => keptColumn(before);
const textNow = ({ now }: CommonColumn): string => `${quoteIdentifier(now.name)}::text`;

/** Values as one text that tells NULL from the empty one. */
function rowOf(columns: readonly CommonColumn[], text: (column: CommonColumn) => string): string {
	return `ROW(${columns.map(text).join(", ")})::text`;
}

/** Joins the rows of before, `b`, and those of now, `a`, by their key. */
function joined({ before, now, columns, key }: TablePair): string {
	const keys = (text: (column: CommonColumn) => string): string =>
		key.map((column, at) => `${text(column)} AS k${at}`).join(", ");
	const side = (from: string, text: (column: CommonColumn) => string): string =>
		`(SELECT TRUE AS there, ${keys(text)}, ${rowOf(columns, text)} AS row FROM ${from})`;
	const on = key.map((_, at) => `b.k${at} = a.k${at}`).join(" AND ");
	return `${side(keptTable(before), keptText)} AS b FULL JOIN ${side(now.from, textNow)} AS a ON ${on}`;
}

/** Counts `before`, `after`, `lost`, `changed` and `added`. */
export function keyedCounts(pair: TablePair): string {
	return `SELECT count(b.there) AS before, count(a.there) AS after, count(*) FILTER (WHERE a.there IS NULL) AS lost,
		count(*) FILTER (WHERE b.there IS NULL) AS added, count(*) FILTER (WHERE a.row <> b.row) AS changed FROM ${joined(pair)}`;
}

/** Shows a few of the rows, by their key. */
export function keyedSamples(pair: TablePair, which: "lost" | "changed"): string {
	const shown = shownRow(pair.key.map(({ before }, at) => ({ column: before, sql: `b.k${at}` })));
	const order = pair.key.map((_, at) => `length(b.k${at}), b.k${at}`).join(", ");
	const condition = which === "lost" ? "a.there IS NULL" : "a.row <> b.row";
	return `SELECT ${shown} AS shown FROM ${joined(pair)} WHERE ${condition} ORDER BY ${order} LIMIT ${MAX_SHOWN_ROWS}`;
}

/** How many more of each row there were than there are. */
function balance({ before, now, columns }: TablePair): string {
	const side = (from: string, text: (column: CommonColumn) => string, sign: string): string =>
		`SELECT ${columns.map((column, at) => `${text(column)} AS c${at}`).join(", ")}, ${sign}1 AS one FROM ${from}`;
	const names = columns.map((_, at) => `c${at}`).join(", ");
	const both = `${side(keptTable(before), keptText, "")} UNION ALL ${side(now.from, textNow, "-")}`;
	return `SELECT ${names}, sum(one) AS balance FROM (${both}) AS both_sides GROUP BY ${names} HAVING sum(one) <> 0`;
}

/** Counts the rows that are `gone`, and those that have `come`. */
export function unkeyedCounts(pair: TablePair): string {
	return `SELECT coalesce(sum(balance) FILTER (WHERE balance > 0), 0) AS gone, coalesce(-sum(balance) FILTER (WHERE balance < 0), 0) AS come FROM (${balance(pair)}) AS other`;
}

/** Shows a few of the rows that are gone. */
export function unkeyedSamples(pair: TablePair): string {
	const shown = shownRow(pair.columns.map(({ before }, at) => ({ column: before, sql: `c${at}` })));
	return `SELECT ${shown} AS shown FROM (${balance(pair)}) AS other WHERE balance > 0 ORDER BY 1 LIMIT ${MAX_SHOWN_ROWS}`;
}

/** Shows a few of the rows of a table that is gone. */
export function droppedSamples(table: TableToCompare): string {
	const key = table.columns.filter(({ name }) => table.key.includes(name));
	const columns = key.length === 0 ? table.columns : key;
	const shown = shownRow(columns.map((column) => ({ column, sql: keptColumn(column) })));
	return `SELECT ${shown} AS shown FROM ${keptTable(table)} ORDER BY length(${shown}), 1 LIMIT ${MAX_SHOWN_ROWS}`;
}

export function rowCount(from: string): string {
	return `SELECT count(*) AS rows FROM ${from}`;
}

/** `id = 1, name = 'a'` */
function shownRow(columns: readonly { readonly column: ComparedColumn; readonly sql: string }[]): string {
	if (columns.length === 0) return "'a row without columns'";
	const shown = columns.slice(0, MAX_SHOWN_COLUMNS).map(({ column: { name, bare }, sql }) => {
		const cut = `CASE WHEN length(${sql}) > ${MAX_SHOWN_LENGTH} THEN left(${sql}, ${MAX_SHOWN_LENGTH}) || '…' ELSE ${sql} END`;
		return `${quoteLiteral(`${name} = `)} || coalesce(${bare ? cut : `quote_literal(${cut})`}, 'NULL')`;
	});
	return shown.join(" || ', ' || ");
}
