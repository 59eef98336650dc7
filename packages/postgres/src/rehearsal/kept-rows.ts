import type { Connected } from "../connection/session.ts";
import { sqlState } from "../postgres-error.ts";
import { REHEARSAL_SCHEMA } from "../structure/structure-queries.ts";
import { quoteIdentifier } from "../tables/literal.ts";
import { type ComparedColumn, comparably, type TableToCompare, tablesToCompare } from "./compared-tables.ts";

/** The rows of all tables as they were before the migrations, as texts in tables of a schema of their own in the copy. */
export interface KeptRows {
	readonly tables: readonly TableToCompare[];
	/** The `oid` of the tables that this user may not read. */
	readonly unread: ReadonlySet<string>;
	readonly gaps: readonly string[];
}

/** The table that has the rows of another one. */
export function keptTable({ oid }: TableToCompare): string {
	return `${REHEARSAL_SCHEMA}.t${oid}`;
}

/** The column of such a table. */
export function keptColumn({ number }: ComparedColumn): string {
	return `c${number}`;
}

/** Keeps the rows of all tables. Those that the user may not read are told as gaps. */
export async function keepRows(connected: Connected): Promise<KeptRows> {
	const { tables, gaps } = await tablesToCompare(connected);
	await connected.connection.send(`CREATE SCHEMA ${REHEARSAL_SCHEMA}`);
	const kept: TableToCompare[] = [];
	const unread = new Map<string, string>();
	for (const table of tables) {
		const gap = await keep(connected, table);
		if (gap === undefined) kept.push(table);
		else unread.set(table.oid, gap);
	}
	return { tables: kept, unread: new Set(unread.keys()), gaps: [...gaps, ...unread.values()] };
}

async function keep(connected: Connected, table: TableToCompare): Promise<string | undefined> {
	const columns = table.columns.map((column) => `${quoteIdentifier(column.name)}::text AS ${keptColumn(column)}`);
	const query = `CREATE UNLOGGED TABLE ${keptTable(table)} AS SELECT ${columns.join(", ")} FROM ${table.from}`;
	return unlessForbidden(table.name, async () => {
		await comparably(connected, (connection) => connection.send(query));
		return undefined;
	});
}

const FORBIDDEN = "42501";

/** @returns What `work` returns, or the sentence that says why a table is not compared. */
export async function unlessForbidden<T>(table: string, work: () => Promise<T>): Promise<T | string> {
	try {
		return await work();
	} catch (error) {
		if (sqlState(error) !== FORBIDDEN) throw error;
		return `the rows of ${table} were not compared, since this user may not read them all: ${(error as Error).message}`;
	}
}
