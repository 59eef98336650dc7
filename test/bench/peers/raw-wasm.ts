/** `raw-wasm.ts DIRECTION FOLDER FILE`: node-sqlite3-wasm by itself, one transaction for each file and its version row. */
import sqlite from "node-sqlite3-wasm";
import { migrationBodies } from "./migration-bodies.ts";
import { printTimed } from "./timed.ts";

new sqlite.Database(":memory:").close();
const [direction = "", folder = "", file = ""] = process.argv.slice(2);

await printTimed(() => {
	const database = new sqlite.Database(file);
	database.exec("PRAGMA foreign_keys = OFF");
	database.exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, dirty BOOLEAN NOT NULL)");
	const remove = database.prepare("DELETE FROM schema_migrations");
	const insert = database.prepare("INSERT INTO schema_migrations (version, dirty) VALUES (?, 0)");
	for (const { version, sql } of migrationBodies(folder, direction === "down" ? "down" : "up")) {
		database.exec("BEGIN IMMEDIATE");
		database.exec(sql);
		remove.run();
		insert.run(version);
		database.exec("COMMIT");
	}
	remove.finalize();
	insert.finalize();
	database.close();
});
