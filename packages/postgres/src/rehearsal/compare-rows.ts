import type { ComparedTable } from "@godwit/core";
import type { PostgresConnection, Row } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { comparably, type TableToCompare, tablesToCompare } from "./compared-tables.ts";
import { type KeptRows, keptTable, unlessForbidden } from "./kept-rows.ts";
import {
	type CommonColumn,
	droppedSamples,
	keyedCounts,
	keyedSamples,
	rowCount,
	type TablePair,
	unkeyedCounts,
	unkeyedSamples,
} from "./row-queries.ts";

export interface ComparedRows {
	/** Sorted by name. */
	readonly tables: readonly ComparedTable[];
	/** What could not be compared, each in a sentence. */
	readonly gaps: readonly string[];
}

const NO_SAMPLES: ComparedTable["samples"] = { lost: [], changed: [] };

/**
 * Compares the rows that there are with those that were kept. The server does the work: no row but the samples comes into this
 * process. A table is known again by what it is to the server, also under another name, or else by its name.
 */
export async function compareRows(connected: Connected, kept: KeptRows): Promise<ComparedRows> {
	const { tables: now, gaps } = await tablesToCompare(connected);
	const left = new Set(now);
	const byOid = new Map(now.map((table) => [table.oid, table]));
	const same = kept.tables.map((before) => ({ before, now: byOid.get(before.oid) }));
	for (const pair of same) if (pair.now !== undefined) left.delete(pair.now);
	const compared: (ComparedTable | string)[] = [];
	for (const { before, now } of same) {
		const found = now ?? [...left].find(({ name }) => name === before.name);
		if (found !== undefined) left.delete(found);
		compared.push(
			await unlessForbidden(before.name, () =>
				comparably(connected, (connection) =>
					found === undefined ? droppedTable(connection, before) : compareTable(connection, pairOf(before, found)),
				),
			),
		);
	}
	for (const table of left) {
		// What was there and could not be read is no new table.
		if (kept.unread.has(table.oid)) continue;
		compared.push(
			await unlessForbidden(table.name, () => comparably(connected, (connection) => newTable(connection, table))),
		);
	}
	const tables = compared.filter((table) => typeof table !== "string");
	const forbidden = compared.filter((gap) => typeof gap === "string");
	return {
		tables: tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
		gaps: [...new Set([...kept.gaps, ...gaps, ...forbidden])],
	};
}

function pairOf(before: TableToCompare, now: TableToCompare): TablePair {
	const columns = before.columns.flatMap((column): readonly CommonColumn[] => {
		const renamed = before.oid === now.oid ? now.columns.find(({ number }) => number === column.number) : undefined;
		const found = renamed ?? now.columns.find(({ name }) => name === column.name);
		return found === undefined ? [] : [{ before: column, now: found }];
	});
	const key = before.keys
		.map((names) => columns.filter((column) => names.includes(column.before.name)))
		.find((common, at) => common.length === before.keys[at]?.length && isKeyOf(now, common));
	return { before, now, columns, key: key ?? [] };
}

function isKeyOf({ keys }: TableToCompare, common: readonly CommonColumn[]): boolean {
	const names = new Set(common.map(({ now }) => now.name));
	return keys.some((key) => key.length === names.size && key.every((name) => names.has(name)));
}

async function compareTable(connection: PostgresConnection, pair: TablePair): Promise<ComparedTable> {
	const names = { name: pair.now.name, nameBefore: pair.before.name, exists: true } as const;
	return { ...names, ...(await (pair.key.length > 0 ? byKey : byContent)(connection, pair)) };
}

type Counts = Omit<ComparedTable, "name" | "nameBefore" | "exists" | "attached">;

async function byKey(connection: PostgresConnection, pair: TablePair): Promise<Counts> {
	const row = await only(connection, keyedCounts(pair));
	const [lost, changed] = [Number(row?.lost), Number(row?.changed)];
	return {
		key: pair.key.map(({ before }) => before.name),
		...{ before: Number(row?.before), after: Number(row?.after), lost, changed, added: Number(row?.added) },
		samples: {
			lost: lost === 0 ? [] : await shown(connection, keyedSamples(pair, "lost")),
			changed: changed === 0 ? [] : await shown(connection, keyedSamples(pair, "changed")),
		},
	};
}

/** Without a key a row that was changed is one that is gone and one that came: as many as there are of both count as changed. */
async function byContent(connection: PostgresConnection, pair: TablePair): Promise<Counts> {
	const before = await countOf(connection, keptTable(pair.before));
	const after = await countOf(connection, pair.now.from);
	if (pair.columns.length === 0) {
		const [lost, added] =
			pair.before.columns.length === 0 ? [Math.max(before - after, 0), Math.max(after - before, 0)] : [before, after];
		return { key: [], before, after, lost, changed: 0, added, samples: NO_SAMPLES };
	}
	const row = await only(connection, unkeyedCounts(pair));
	const [gone, come] = [Number(row?.gone), Number(row?.come)];
	const changed = Math.min(gone, come);
	const lost = gone - changed;
	const samples = gone === 0 ? [] : await shown(connection, unkeyedSamples(pair));
	return {
		...{ key: [], before, after, lost, changed, added: come - changed },
		samples: lost > 0 ? { lost: samples, changed: [] } : { lost: [], changed: samples },
	};
}

async function droppedTable(connection: PostgresConnection, table: TableToCompare): Promise<ComparedTable> {
	const { name, key } = table;
	const before = await countOf(connection, keptTable(table));
	const lost = before === 0 ? [] : await shown(connection, droppedSamples(table));
	return {
		...{ name, nameBefore: name, exists: false, key, before, after: 0, lost: before, changed: 0, added: 0 },
		samples: { lost, changed: [] },
	};
}

async function newTable(connection: PostgresConnection, { name, key, from }: TableToCompare): Promise<ComparedTable> {
	const after = await countOf(connection, from);
	return { name, exists: true, key, before: 0, after, lost: 0, changed: 0, added: after, samples: NO_SAMPLES };
}

async function countOf(connection: PostgresConnection, from: string): Promise<number> {
	return Number((await only(connection, rowCount(from)))?.rows);
}

async function only(connection: PostgresConnection, query: string): Promise<Row | undefined> {
	const [row] = await queryRows(connection, query);
	return row;
}

async function shown(connection: PostgresConnection, query: string): Promise<readonly string[]> {
	const rows = await queryRows(connection, query);
	return rows.map(({ shown }) => String(shown));
}
