import { quoteIdentifier, type SqliteConnection } from "@godwit/sqlite";
import { readShadowTables } from "../schema/shadow-tables.ts";

/** Names the tables that bytecode knows by numbers and pointers. */
export interface TableNames {
	/** The table of a b-tree; of an index the table that it is on. */
	ofRoot(database: bigint, root: bigint): string;
	/** The virtual table behind a `vtab:` pointer; `undefined` for a module that is used without a table, as `json_each` is. */
	ofPointer(pointer: string): string | undefined;
	/** The virtual table that keeps its rows in a table; `undefined` for another table. */
	ownerOf(table: string): string | undefined;
}

/** The schema table's own b-tree. */
const SCHEMA_ROOT = 1n;

/** Stands before the name of a table of another database than main. No name can have it, so that the table "temp.t" of main is another one. */
const OF_OTHER_DATABASE = "\0";

/** Returns whether a name of `TableNames` is that of a table of main. */
export function isOfMain(name: string): boolean {
	return !name.startsWith(OF_OTHER_DATABASE);
}

/** Reads the names; they hold until the schema changes. */
export function readTableNames(connection: SqliteConnection): TableNames {
	const roots = new Map<string, string>();
	const pointers = new Map<string, string>();
	for (const { seq, name } of connection.query("PRAGMA database_list")) {
		const prefix = name === "main" ? "" : `${OF_OTHER_DATABASE}${name}.`;
		roots.set(`${seq}:${SCHEMA_ROOT}`, `${prefix}sqlite_schema`);
		const schema = name === "temp" ? "sqlite_temp_schema" : `${quoteIdentifier(String(name))}.sqlite_schema`;
		for (const row of connection.query(`SELECT type, name, tbl_name, rootpage FROM ${schema}`)) {
			if (row.rootpage !== 0n && row.rootpage !== null) roots.set(`${seq}:${row.rootpage}`, `${prefix}${row.tbl_name}`);
			else if (row.type === "table") {
				const pointer = pointerOf(connection, `${quoteIdentifier(String(name))}.${quoteIdentifier(String(row.name))}`);
				if (pointer !== undefined) pointers.set(pointer, `${prefix}${row.name}`);
			}
		}
	}
	// SQLite makes it when it is first needed.
	roots.set(`1:${SCHEMA_ROOT}`, `${OF_OTHER_DATABASE}temp.sqlite_schema`);
	const shadows = readShadowTables(connection);
	return {
		ofRoot: (database, root) => roots.get(`${database}:${root}`) ?? `?${database}:${root}`,
		ofPointer: (pointer) => pointers.get(pointer),
		ownerOf: (table) => shadows.get(table),
	};
}

/** `undefined` for a table whose module is not there. */
function pointerOf(connection: SqliteConnection, table: string): string | undefined {
	try {
		const open = connection.query(`EXPLAIN SELECT 1 FROM ${table}`).find(({ opcode }) => opcode === "VOpen");
		return open === undefined ? undefined : String(open.p4);
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		return undefined;
	}
}
