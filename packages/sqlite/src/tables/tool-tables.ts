import { LITESTREAM_TABLES } from "./foreign/other-tools.ts";

/** Returns a function that tells the tables of godwit and of Litestream from those that migrations make. SQLite ignores the case of names. */
export function toolTables(migrationsTable: string): (table: string) => boolean {
	const names = [migrationsTable, `${migrationsTable}_lock`, `${migrationsTable}_history`, ...LITESTREAM_TABLES];
	const known = new Set(names.map((name) => name.toLowerCase()));
	return (table) => known.has(table.toLowerCase());
}
