import { quoteIdentifier } from "../tables/quote-identifier.ts";
import { BEFORE, NOW, tableOf } from "./compared-names.ts";
import type { CommonColumn } from "./table-columns.ts";

/** A table before and now, and the columns that both have. */
export interface TablePair {
	readonly before: string;
	readonly now: string;
	readonly columns: readonly CommonColumn[];
}

/** The names by which the rowid can be read. */
export type RowidNames = Pick<CommonColumn, "before" | "now">;

const MAX_SHOWN_ROWS = 3;
const MAX_SHOWN_COLUMNS = 5;
const MAX_SHOWN_LENGTH = 60;

function left(name: string): string {
	return `b.${quoteIdentifier(name)}`;
}

function right(name: string): string {
	return `n.${quoteIdentifier(name)}`;
}

/** Whether values differ as they are stored, whatever collation and affinity the columns have. */
function differs(columns: readonly CommonColumn[]): string {
	return balanced(columns.flatMap(valueDiffers), "OR", "FALSE");
}

function valueDiffers(column: CommonColumn): readonly string[] {
	return [`+${left(column.before)} IS NOT +${right(column.now)} COLLATE BINARY`, ...classDiffers(column)];
}

function classDiffers({ before, now, classesDiffer }: CommonColumn): readonly string[] {
	return classesDiffer ? [`typeof(${left(before)}) <> typeof(${right(now)})`] : [];
}

/** In halves, since SQLite's expressions may not be deep, and a table may have 2,000 columns. */
function balanced(terms: readonly string[], operator: string, none: string): string {
	const [only] = terms;
	if (only === undefined) return none;
	if (terms.length === 1) return only;
	const middle = Math.ceil(terms.length / 2);
	const half = (some: readonly string[]): string => balanced(some, operator, none);
	return `(${half(terms.slice(0, middle))} ${operator} ${half(terms.slice(middle))})`;
}

function onKey(key: readonly CommonColumn[]): string {
	return key.map(({ before, now }) => `${left(before)} = ${right(now)} COLLATE BINARY`).join(" AND ");
}

/** Whether a row differs from the one that has its key. */
function rowDiffers({ columns }: TablePair, key: readonly CommonColumn[]): string {
	const terms = columns.flatMap((column) => (key.includes(column) ? classDiffers(column) : valueDiffers(column)));
	return balanced(terms, "OR", "FALSE");
}

/** Joins each row of before with the one of now that has its key. */
function joined({ before, now }: TablePair, key: readonly CommonColumn[]): string {
	return `${tableOf(BEFORE, before)} AS b LEFT JOIN ${tableOf(NOW, now)} AS n ON ${onKey(key)}`;
}

function firstOf(key: readonly CommonColumn[]): string {
	return right(key[0]?.now ?? "");
}

/** One row when a row of before is gone or has changed. SQLite stops at the first. */
export function anyDifference(pair: TablePair, key: readonly CommonColumn[]): string {
	const condition = `${firstOf(key)} IS NULL OR ${rowDiffers(pair, key)}`;
	return `SELECT 1 AS found FROM ${joined(pair, key)} WHERE ${condition} LIMIT 1`;
}

/** One row: how many rows of before there are `joined`, how many of them have a row now (`kept`), and how many of those are `changed`. */
export function keyedCounts(pair: TablePair, key: readonly CommonColumn[]): string {
	const first = firstOf(key);
	// The limit keeps the columns out of the aggregate, which takes 2,000 terms at most.
	return `SELECT count(*) AS joined, coalesce(sum(kept), 0) AS kept, coalesce(sum(kept AND differs), 0) AS changed
		FROM (SELECT ${first} IS NOT NULL AS kept, ${rowDiffers(pair, key)} AS differs FROM ${joined(pair, key)} LIMIT -1)`;
}

/** A few rows, as text, in the column `shown`. */
export function keyedSamples(pair: TablePair, key: readonly CommonColumn[], which: "lost" | "changed"): string {
	const first = firstOf(key);
	const condition = which === "lost" ? `${first} IS NULL` : `${first} IS NOT NULL AND ${rowDiffers(pair, key)}`;
	const shown = shownRow(key.map(({ before }) => ({ name: before, sql: left(before) })));
	return `SELECT ${shown} AS shown FROM ${joined(pair, key)} WHERE ${condition} LIMIT ${MAX_SHOWN_ROWS}`;
}

/** How many rows a table has, in the column `count`. */
export function rowCount(table: string): string {
	return `SELECT count(*) AS count FROM ${table}`;
}

/** Whether any of these columns is NULL in a row of before. */
export function anyNull(table: string, columns: readonly string[]): string {
	const condition = columns.map((name) => `${quoteIdentifier(name)} IS NULL`).join(" OR ");
	return `SELECT 1 AS found FROM ${tableOf(BEFORE, table)} WHERE ${condition} LIMIT 1`;
}

/**
 * Rows that are equal are counted on both sides; those that have the same rowid and are the same are left out first, so that
 * what is sorted stays small.
 *
 * @param rowid The names of the rowid before and now; undefined to sort all rows.
 */
function balance({ before, now, columns }: TablePair, rowid: RowidNames | undefined): string {
	const [b, n] = [`${tableOf(BEFORE, before)} AS b`, `${tableOf(NOW, now)} AS n`];
	const same = rowid && `${left(rowid.before)} = ${right(rowid.now)} AND NOT ${differs(columns)}`;
	const named = (side: (column: CommonColumn) => string): string =>
		columns.map((column, at) => `+${side(column)} AS c${at}`).join(", ");
	const gone = `SELECT 1 AS d, ${named((column) => left(column.before))} FROM ${b}${same ? ` WHERE NOT EXISTS (SELECT 1 FROM ${n} WHERE ${same})` : ""}`;
	const come = `SELECT -1 AS d, ${named((column) => right(column.now))} FROM ${n}${same ? ` WHERE NOT EXISTS (SELECT 1 FROM ${b} WHERE ${same})` : ""}`;
	// One term for all of them, since there may be 2,000.
	const classes = columns.flatMap(({ classesDiffer }, at) => (classesDiffer ? [`substr(typeof(c${at}), 1, 1)`] : []));
	const grouped = [
		...columns.map((_, at) => `c${at} COLLATE BINARY`),
		...(classes.length === 0 ? [] : [balanced(classes, "||", "''")]),
	].join(", ");
	return `SELECT sum(d) AS balance, * FROM (${gone} UNION ALL ${come}) GROUP BY ${grouped}`;
}

/** One row: how many rows of before are not there any more (`gone`), and how many of now were not there (`come`). */
export function unkeyedCounts(pair: TablePair, rowid: RowidNames | undefined): string {
	return `SELECT coalesce(sum(max(balance, 0)), 0) AS gone, coalesce(sum(max(-balance, 0)), 0) AS come
		FROM (${balance(pair, rowid)})`;
}

/** As `keyedSamples`, of the rows that are not there any more. */
export function unkeyedSamples(pair: TablePair, rowid: RowidNames | undefined): string {
	const columns = pair.columns.map(({ before }, at) => ({ name: before, sql: `c${at}` }));
	return `SELECT ${shownRow(columns)} AS shown FROM (${balance(pair, rowid)}) WHERE balance > 0 LIMIT ${MAX_SHOWN_ROWS}`;
}

/** As `keyedSamples`, of a table that is gone. */
export function droppedSamples(table: string, columns: readonly string[]): string {
	const shown = shownRow(columns.map((name) => ({ name, sql: left(name) })));
	return `SELECT ${shown} AS shown FROM ${tableOf(BEFORE, table)} AS b LIMIT ${MAX_SHOWN_ROWS}`;
}

/** `id = 1, name = 'a'` */
function shownRow(columns: readonly { readonly name: string; readonly sql: string }[]): string {
	const shown = columns
		.slice(0, MAX_SHOWN_COLUMNS)
		.map(({ name, sql }) => `'${`${name} = `.replaceAll("'", "''")}' || ${cut(sql)}`);
	return shown.join(" || ', ' || ");
}

function cut(sql: string): string {
	return `CASE WHEN length(quote(${sql})) > ${MAX_SHOWN_LENGTH} THEN substr(quote(${sql}), 1, ${MAX_SHOWN_LENGTH}) || '…' ELSE quote(${sql}) END`;
}
