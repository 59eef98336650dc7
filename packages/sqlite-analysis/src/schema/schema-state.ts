import { quotedName, readTableShape, type SqliteConnection, type TableShape } from "@godwit/sqlite";
import { readSchemaRows, type SchemaRow } from "./schema-snapshot.ts";
import { readShadowTables } from "./shadow-tables.ts";

/** A table as it is at one point of a file. */
export interface TableState {
	readonly name: string;
	readonly sql: string;
	readonly shape: TableShape;
	/** Names of its triggers. */
	readonly triggers: readonly string[];
}

/** A schema at one point of a file. */
export interface SchemaState {
	readonly rows: readonly SchemaRow[];
	/** The ordinary tables, by their names as `quotedName` writes them. */
	readonly tables: ReadonlyMap<string, TableState>;
}

/** Reads a schema. @param isShown Whether a table is not a tool's. */
export function readSchemaState(connection: SqliteConnection, isShown: (table: string) => boolean): SchemaState {
	const rows = readSchemaRows(connection);
	const shadows = readShadowTables(connection);
	const triggers = Map.groupBy(
		rows.filter(({ type }) => type === "trigger"),
		({ table }) => quotedName(table),
	);
	const tables = rows.filter(
		({ type, name, root, sql }) =>
			type === "table" && root !== 0n && sql !== null && !shadows.has(name) && isShown(name),
	);
	return {
		rows,
		tables: new Map(
			tables.map(({ name, sql }) => [
				quotedName(name),
				{
					...{ name, sql: sql ?? "", shape: readTableShape(connection, name) },
					triggers: (triggers.get(quotedName(name)) ?? []).map((trigger) => trigger.name),
				},
			]),
		),
	};
}
