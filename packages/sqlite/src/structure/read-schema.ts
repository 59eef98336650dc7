import type { Schema, SchemaColumn, SchemaForeignKey, SchemaTable } from "@godwit/core";
import type { SqliteConnection, SqlRow } from "../connection/sqlite-connection.ts";
import { storedObjects } from "./schema-objects.ts";
import { columnsOf, foreignKeysOf, indexesOf, keyOf } from "./table-pragmas.ts";

const ORDER = ["table", "index", "view", "trigger"] as const;

/**
 * Reads what the main database consists of. The statements are as SQLite keeps them, with their comments.
 *
 * @param isTool Whether a table is a tool's: it is left out, with its indexes and triggers.
 */
export function readSchema(
	connection: SqliteConnection,
	isTool: (table: string) => boolean,
): Pick<Schema, "objects" | "tables"> {
	const stored = storedObjects(connection, isTool);
	const virtual = new Set(stored.filter(({ kind }) => kind === "virtual").map(({ name }) => name));
	const objects = stored
		.map(({ kind, ...object }) => ({ kind: kind === "virtual" ? "table" : kind, ...object }))
		.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || byCodeUnits(a.name, b.name));
	const tables = objects
		.filter(({ kind }) => kind === "table")
		.map(({ name }) => (virtual.has(name) ? virtualTableOf(connection, name) : tableOf(connection, name)));
	return { objects, tables };
}

/** The columns are its module's to tell: a library that does not have the module knows none. */
function virtualTableOf(connection: SqliteConnection, name: string): SchemaTable {
	try {
		return tableOf(connection, name);
	} catch (error) {
		if (connection.resultCode(error) === undefined || !/^no such module: /.test((error as Error).message)) throw error;
		return { name, columns: [], foreignKeys: [], uniques: [] };
	}
}

function tableOf(connection: SqliteConnection, name: string): SchemaTable {
	return {
		name,
		columns: columnsOf(connection, name)
			.filter(({ hidden }) => hidden !== 1n)
			.map(columnOf),
		foreignKeys: foreignKeysOf(connection, name)
			.map(foreignKeyOf)
			.toSorted((a, b) => byCodeUnits(JSON.stringify(a), JSON.stringify(b))),
		uniques: uniquesOf(connection, name),
	};
}

function columnOf({ name, type, notnull, dflt_value: value, pk, hidden }: SqlRow): SchemaColumn {
	return {
		name: String(name),
		type: String(type ?? ""),
		notNull: notnull === 1n,
		...(typeof value === "string" && { default: value }),
		primaryKey: Number(pk),
		generated: hidden === 2n || hidden === 3n,
	};
}

function foreignKeyOf(key: readonly SqlRow[]): SchemaForeignKey {
	const [first] = key;
	return {
		columns: key.map(({ from }) => String(from)),
		parent: String(first?.table),
		parentColumns: key.flatMap(({ to }) => (to === null ? [] : [String(to)])),
		onUpdate: String(first?.on_update),
		onDelete: String(first?.on_delete),
	};
}

function uniquesOf(connection: SqliteConnection, table: string): readonly (readonly string[])[] {
	// The key of a table with rowids that is one integer column has no index.
	const primary = columnsOf(connection, table).filter(({ pk }) => pk !== 0n);
	const keys = indexesOf(connection, table)
		.filter(({ unique, partial }) => unique === 1n && partial === 0n)
		.map(({ name }) => keyOf(connection, String(name)))
		.filter((key) => key.every(({ cid }) => typeof cid === "bigint" && cid >= 0n))
		.map((key) => key.map(({ name }) => String(name)));
	const own = primary.toSorted((a, b) => Number(a.pk) - Number(b.pk)).map(({ name }) => String(name));
	const all = own.length === 0 ? keys : [own, ...keys];
	const texts = new Set(all.map((columns) => JSON.stringify(columns)));
	return [...texts].toSorted(byCodeUnits).map((text) => JSON.parse(text) as readonly string[]);
}

/** The same on every machine, whatever its language. */
function byCodeUnits(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
