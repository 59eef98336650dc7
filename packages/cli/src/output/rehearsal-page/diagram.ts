import type { ComparedTable, RehearsalReport, SchemaTable } from "@godwit/core";
import { isOther } from "../rehearsal/rehearsal-lines.ts";

/** A table in a diagram, in a column and a row of boxes. */
export interface DiagramTable {
	readonly name: string;
	readonly column: number;
	readonly row: number;
	/** Whether it loses rows. */
	readonly loses: boolean;
	/** Whether it, or a row of it, is not as it was. */
	readonly changes: boolean;
	/** What it is now, in a few words. */
	readonly counts: string;
}

export interface Diagram {
	readonly tables: readonly DiagramTable[];
	/** Foreign keys, from the table that refers to the one that it refers to, by their places in `tables`. */
	readonly references: readonly { readonly from: number; readonly to: number }[];
	/** How many tables are left out. */
	readonly left: number;
}

const MAX_TABLES = 40;

/** Arranges the tables that change, and those that refer to them, so that references lead to the left. */
export function diagramOf({ rows, schema }: RehearsalReport): Diagram {
	const known = tablesOf(schema);
	const other = new Map((rows?.tables ?? []).filter(isOther).map((table) => [table.name.toLowerCase(), table]));
	const altered = schema.changes.filter(({ kind }) => kind === "table").map(({ name }) => name.toLowerCase());
	const changing = new Set([...other.keys(), ...altered]);
	const refers = (table: SchemaTable): boolean =>
		table.foreignKeys.some(({ parent }) => changing.has(parent.toLowerCase()));
	const all = [...known].filter(([key, table]) => changing.has(key) || refers(table));
	const shown = new Map(all.slice(0, MAX_TABLES));
	const columns = columnsOf(shown);
	const perColumn = new Map<number, number>();
	const tables = [...shown].map(([key, { name }]): DiagramTable => {
		const column = columns.get(key) ?? 0;
		const row = perColumn.get(column) ?? 0;
		perColumn.set(column, row + 1);
		const compared = other.get(key);
		const counts = compared === undefined ? "rows as before" : countsOf(compared);
		return { name, column, row, loses: (compared?.lost ?? 0) > 0, changes: changing.has(key), counts };
	});
	const places = [...shown.keys()];
	const references = [...shown].flatMap(([key, table]) =>
		[...parentsIn(table, shown)].map((parent) => ({ from: places.indexOf(key), to: places.indexOf(parent) })),
	);
	return { tables, references, left: all.length - shown.size };
}

function countsOf({ before, after, lost }: ComparedTable): string {
	return lost > 0 ? `loses ${lost} of ${before} rows` : `${before} rows, now ${after}`;
}

/** Those of afterwards, and of before what is gone. */
function tablesOf({ before, after }: RehearsalReport["schema"]): ReadonlyMap<string, SchemaTable> {
	return new Map([...before.tables, ...after.tables].map((table) => [table.name.toLowerCase(), table]));
}

function parentsIn({ foreignKeys }: SchemaTable, shown: ReadonlyMap<string, SchemaTable>): ReadonlySet<string> {
	return new Set(foreignKeys.map(({ parent }) => parent.toLowerCase()).filter((parent) => shown.has(parent)));
}

/** Each table is one column to the right of those that it refers to; a circle of references ends where it began. */
function columnsOf(shown: ReadonlyMap<string, SchemaTable>): ReadonlyMap<string, number> {
	const columns = new Map<string, number>();
	const visit = (key: string, path: ReadonlySet<string>): number => {
		const found = columns.get(key);
		const table = shown.get(key);
		if (found !== undefined) return found;
		if (table === undefined || path.has(key)) return -1;
		const parents = [...parentsIn(table, shown)].map((parent) => visit(parent, new Set([...path, key])));
		const column = Math.max(-1, ...parents) + 1;
		columns.set(key, column);
		return column;
	};
	for (const key of shown.keys()) visit(key, new Set());
	return columns;
}
