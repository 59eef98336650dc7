import type { ComparedTable, TracedTables } from "@godwit/core";
import type { SqliteConnection, SqlValue } from "../connection/sqlite-connection.ts";
import { BEFORE, NOW, tableOf } from "./compared-names.ts";
import {
	anyDifference,
	anyNull,
	droppedSamples,
	keyedCounts,
	keyedSamples,
	type RowidNames,
	rowCount,
	type TablePair,
	unkeyedCounts,
	unkeyedSamples,
} from "./row-queries.ts";
import { type CommonColumn, commonColumns, commonKey, readTableColumns } from "./table-columns.ts";

type Counts = Pick<ComparedTable, "key" | "lost" | "changed" | "added" | "samples">;

const NO_SAMPLES: ComparedTable["samples"] = { lost: [], changed: [] };

/** Compares the rows of one table. SQLite does the work: no row but the samples comes into this process's own memory. */
export function compareTable(
	connection: SqliteConnection,
	names: { readonly before: string; readonly now: string },
	tables: TracedTables,
): ComparedTable {
	const columns = readTableColumns(connection, BEFORE, names.before);
	const now = readTableColumns(connection, NOW, names.now);
	const common = commonColumns(columns, now, (column) => tables.columnNow(names.before, column));
	const before = count(connection, rowCount(tableOf(BEFORE, names.before)));
	const after = count(connection, rowCount(tableOf(NOW, names.now)));
	const pair = { ...names, columns: common };
	const key = commonKey(columns, now, common, (nullable) => rowsOf(connection, anyNull(names.before, nullable)) > 0);
	const counts =
		(key && byKey(connection, pair, key, { before, after })) ??
		byContent(connection, pair, rowidOf(columns.rowid, now.rowid), { before, after });
	return { name: names.now, nameBefore: names.before, exists: true, before, after, ...counts };
}

/** A table whose rows nobody has written. @returns undefined where their number is another one all the same. */
export function sameCounts(
	connection: SqliteConnection,
	{ before: nameBefore, now: name }: { readonly before: string; readonly now: string },
): ComparedTable | undefined {
	const before = count(connection, rowCount(tableOf(BEFORE, nameBefore)));
	const after = count(connection, rowCount(tableOf(NOW, name)));
	if (before !== after) return undefined;
	const [key = []] = readTableColumns(connection, NOW, name).keys;
	return { name, nameBefore, exists: true, key, before, after, lost: 0, changed: 0, added: 0, samples: NO_SAMPLES };
}

/** What a table that is gone has lost: all of it. */
export function droppedTable(connection: SqliteConnection, name: string): ComparedTable {
	const before = count(connection, rowCount(tableOf(BEFORE, name)));
	const { names, keys } = readTableColumns(connection, BEFORE, name);
	const [key = []] = keys;
	const lost = texts(connection, droppedSamples(name, key.length === 0 ? names : key));
	return {
		...{ name, nameBefore: name, exists: false, key, before, after: 0, lost: before, changed: 0, added: 0 },
		samples: { lost, changed: [] },
	};
}

export function newTable(connection: SqliteConnection, name: string): ComparedTable {
	const after = count(connection, rowCount(tableOf(NOW, name)));
	const [key = []] = readTableColumns(connection, NOW, name).keys;
	return {
		...{ name, exists: true, key, before: 0, after, lost: 0, changed: 0, added: after },
		samples: NO_SAMPLES,
	};
}

interface Total {
	readonly before: number;
	readonly after: number;
}

/** @returns undefined where a key that was changed to another type makes one row of several. */
function byKey(
	connection: SqliteConnection,
	pair: TablePair,
	key: readonly CommonColumn[],
	{ before, after }: Total,
): Counts | undefined {
	const names = key.map((column) => column.before);
	if (before <= after && rowsOf(connection, anyDifference(pair, key)) === 0) {
		return { key: names, lost: 0, changed: 0, added: after - before, samples: NO_SAMPLES };
	}
	const [row] = connection.query(keyedCounts(pair, key));
	const [joined, kept, changed] = [number(row?.joined), number(row?.kept), number(row?.changed)];
	if (joined !== before || kept > after) return undefined;
	const lost = before - kept;
	const samples = {
		lost: lost === 0 ? [] : texts(connection, keyedSamples(pair, key, "lost")),
		changed: changed === 0 ? [] : texts(connection, keyedSamples(pair, key, "changed")),
	};
	return { key: names, lost, changed, added: after - kept, samples };
}

/** Without a key a row that was changed is one that is gone and one that came: as many as there are of both count as changed. */
function byContent(
	connection: SqliteConnection,
	pair: TablePair,
	rowid: RowidNames | undefined,
	{ before, after }: Total,
): Counts {
	if (pair.columns.length === 0) {
		return { key: [], lost: before, changed: 0, added: after, samples: NO_SAMPLES };
	}
	const [row] = connection.query(unkeyedCounts(pair, rowid));
	const [gone, come] = [number(row?.gone), number(row?.come)];
	const changed = Math.min(gone, come);
	const shown = gone === 0 ? [] : texts(connection, unkeyedSamples(pair, rowid));
	const lost = gone - changed;
	return {
		...{ key: [], lost, changed, added: come - changed },
		samples: lost > 0 ? { lost: shown, changed: [] } : { lost: [], changed: shown },
	};
}

function rowidOf(before: string | undefined, now: string | undefined): RowidNames | undefined {
	return before === undefined || now === undefined ? undefined : { before, now };
}

function count(connection: SqliteConnection, sql: string): number {
	return number(connection.query(sql)[0]?.count);
}

function rowsOf(connection: SqliteConnection, sql: string): number {
	return connection.query(sql).length;
}

function texts(connection: SqliteConnection, sql: string): readonly string[] {
	return connection.query(sql).map(({ shown }) => String(shown));
}

function number(value: SqlValue | undefined): number {
	return Number(value ?? 0);
}
