import type { SqliteConnection, SqlRow } from "../connection/sqlite-connection.ts";

/**
 * Returns whether a statement writes rows of one of these tables of the main database: by itself, by a view or by a trigger, and
 * however many rows it finds there. It is compiled for that, and not run.
 */
export function writesTo(connection: SqliteConnection, sql: string, tables: readonly string[]): boolean {
	const names = tables.map(() => "?").join(", ");
	const select = `SELECT rootpage AS page FROM main.sqlite_schema WHERE type = 'table' AND name COLLATE NOCASE IN (${names})`;
	const pages = new Set(connection.query(select, tables).map(({ page }) => page));
	return pages.size > 0 && compiled(connection, sql).some((row) => pages.has(writtenPage(row) ?? null));
}

/** The programs of triggers are among it. A statement that cannot be compiled fails when it runs. */
function compiled(connection: SqliteConnection, sql: string): readonly SqlRow[] {
	try {
		return connection.query(`EXPLAIN ${sql}`);
	} catch {
		return [];
	}
}

/** https://sqlite.org/opcode.html: the first page of a table, beside the number of its database, which is 0 for main. */
function writtenPage({ opcode, p1, p2, p3 }: SqlRow): SqlRow[string] | undefined {
	if (opcode === "OpenWrite" && Number(p3) === 0) return p2;
	return opcode === "Clear" && Number(p2) === 0 ? p1 : undefined;
}
