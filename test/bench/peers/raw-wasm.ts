/**
 * `raw-wasm.ts DIRECTION each|all FOLDER FILE`: node-sqlite3-wasm by itself, one transaction for each file and its version row, or
 * one for all.
 */
import sqlite from "node-sqlite3-wasm";
import { rawMigrate } from "./raw-migrate.ts";
import { printTimed } from "./timed.ts";

new sqlite.Database(":memory:").close();
const [direction = "", transaction = "", folder = "", file = ""] = process.argv.slice(2);

await printTimed(() => {
	const database = new sqlite.Database(file);
	for (const statement of rawMigrate(database, folder, direction, transaction)) statement.finalize();
	database.close();
});
