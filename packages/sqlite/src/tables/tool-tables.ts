import { LITESTREAM_TABLES } from "./foreign/other-tools.ts";
import { lower } from "./lower.ts";

/** Returns a function that tells the tables of godwit and of Litestream from those that migrations make. */
export function toolTables(migrationsTable: string): (table: string) => boolean {
	const names = [migrationsTable, `${migrationsTable}_lock`, `${migrationsTable}_history`, ...LITESTREAM_TABLES];
	const known = new Set(names.map(lower));
	return (table) => known.has(lower(table));
}
