import type { RenamedPart, SchemaPart } from "@godwit/core";
import { nextToken, readName, type SqliteConnection } from "@godwit/sqlite";

/** How ALTER TABLE has changed the columns of its table. */
export interface ColumnChange {
	readonly creates: readonly SchemaPart[];
	readonly drops: readonly SchemaPart[];
	readonly renames: readonly RenamedPart[];
}

/** The table of an ALTER TABLE, as it is written; `undefined` for another statement, and for another database than main. */
export function alteredTable(sql: string): string | undefined {
	const alter = nextToken(sql, 0);
	const table = alter?.word === "ALTER" ? nextToken(sql, alter.end) : undefined;
	const first = table?.word === "TABLE" ? readName(sql, table.end) : undefined;
	const dot = first === undefined ? undefined : nextToken(sql, first.end);
	if (first === undefined || dot === undefined || sql.charAt(dot.start) !== ".") return first?.name;
	return first.name.toLowerCase() === "main" ? readName(sql, dot.end)?.name : undefined;
}

/** The names of a table's columns in their order; none for a table that is not there. */
export function columnNames(connection: SqliteConnection, table: string): readonly string[] {
	const rows = connection.query("SELECT name AS name FROM pragma_table_xinfo(?, 'main') ORDER BY cid", [table]);
	return rows.map(({ name }) => String(name));
}

/** One ALTER TABLE adds, drops or renames one column. */
export function columnChange(table: string, before: readonly string[], after: readonly string[]): ColumnChange {
	const object = (name: string | undefined): SchemaPart => ({ type: "column", name: `${table}.${name}` });
	const gone = before.filter((name) => !after.includes(name));
	const made = after.filter((name) => !before.includes(name));
	if (gone.length === 1 && made.length === 1 && before.length === after.length) {
		const [from, to] = [object(gone[0]).name, object(made[0]).name];
		return { creates: [], drops: [], renames: [{ type: "column", from, to }] };
	}
	return { creates: made.map(object), drops: gone.map(object), renames: [] };
}
