import type { SqliteConnection } from "@godwit/sqlite";

/** The tables in which virtual tables keep their rows: the virtual table of each, by the name of the shadow table. */
export type ShadowTables = ReadonlyMap<string, string>;

/**
 * Reads the shadow tables of the main database.
 *
 * @see https://sqlite.org/vtab.html#the_xshadowname_method
 */
export function readShadowTables(connection: SqliteConnection): ShadowTables {
	const tables = connection.query("SELECT name AS name, type AS type FROM pragma_table_list WHERE schema = 'main'");
	const namesOf = (kind: string): readonly string[] =>
		tables.filter(({ type }) => type === kind).map(({ name }) => String(name));
	// With tables "a" and "a_b" the shadow table "a_b_data" is that of the longer name.
	const owners = namesOf("virtual").toSorted((a, b) => b.length - a.length);
	return new Map(
		namesOf("shadow").flatMap((name) => {
			const owner = owners.find((table) => name.toLowerCase().startsWith(`${table.toLowerCase()}_`));
			return owner === undefined ? [] : [[name, owner]];
		}),
	);
}
