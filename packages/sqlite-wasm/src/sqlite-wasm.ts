import { accessSync, closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { type SqliteFactory, sqliteFactory } from "@godwit/sqlite";
import type { Database } from "node-sqlite3-wasm";
import { wasmConnection } from "./wasm-connection.ts";

const require = createRequire(import.meta.url);

/** The backend over node-sqlite3-wasm: `sqlite-wasm://path/to/app.db`. */
export const sqliteWasm: SqliteFactory<Database> = sqliteFactory<Database>({
	async connect(path) {
		// Loaded when a database is opened: compiling the WebAssembly takes longer than many a command.
		const { Database } = require("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");
		const database = new Database(path, { readOnly: isReadOnly(path) });
		const connection = wasmConnection(database, path === ":memory:" ? undefined : path, () => database.close());
		// Without shared memory the binding can open a WAL database only for itself, see https://sqlite.org/wal.html#noshm
		if (path !== ":memory:" && isWal(path)) connection.all("PRAGMA locking_mode = EXCLUSIVE");
		return connection;
	},
	borrow(database) {
		const file = database.get("SELECT file FROM pragma_database_list WHERE name = 'main'")?.file;
		return wasmConnection(database, typeof file === "string" && file !== "" ? file : undefined, () => {});
	},
});

/** The binding does not open a file for reading by itself when it may not be written, as the native library does. */
function isReadOnly(path: string): boolean {
	if (path === ":memory:" || !existsSync(path)) return false;
	try {
		accessSync(path, constants.W_OK);
		return false;
	} catch {
		return true;
	}
}

/** Reads the file format from the header, see https://sqlite.org/fileformat2.html#file_format_version_numbers */
function isWal(path: string): boolean {
	const header = new Uint8Array(20);
	const file = openSync(path, "r");
	try {
		return readSync(file, header, 0, header.length, 0) === header.length && header[18] === 2;
	} finally {
		closeSync(file);
	}
}
