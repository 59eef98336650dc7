import { accessSync, constants, existsSync } from "node:fs";
import { bindingPackage, type SqliteConnection, type SqliteFactory, sqliteFactory } from "@godwit/sqlite-files";
import type { Database } from "node-sqlite3-wasm";
import { type WasmConnectionOptions, wasmConnection } from "./wasm-connection.ts";

const nodeSqlite3Wasm = bindingPackage("node-sqlite3-wasm", "sqlite-wasm", import.meta.url ?? __filename);

/** The backend over node-sqlite3-wasm: `sqlite-wasm://path/to/app.db`. */
export const sqliteWasm: SqliteFactory<Database> = sqliteFactory<Database>({
	name: "node-sqlite3-wasm",
	locks: "folder",
	assertUsable: () => nodeSqlite3Wasm.assertInstalled(),
	connect: (path) => open(path, isReadOnly(path)),
	connectReadOnly: (path) => open(path, true),
	connectClone: () => open(":memory:", false, { keepsStatements: false }),
	borrow: (database) => wasmConnection(database, () => {}),
	usability: ({ isOpen }) => (isOpen ? "usable" : "closed"),
});

function open(path: string, readOnly: boolean, options?: WasmConnectionOptions): SqliteConnection {
	// Loaded when a database is opened: compiling the WebAssembly takes longer than many a command.
	const { Database } = nodeSqlite3Wasm.load() as typeof import("node-sqlite3-wasm");
	const database = new Database(path, { readOnly });
	return wasmConnection(database, () => database.close(), options);
}

/** The library does not open a file for reading by itself when it may not be written, as the native one does. */
function isReadOnly(path: string): boolean {
	if (path === ":memory:" || !existsSync(path)) return false;
	try {
		accessSync(path, constants.W_OK);
		return false;
	} catch (error) {
		// Deno's refusal to look has none: it is allowed with --allow-sys=uid.
		if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		return true;
	}
}
