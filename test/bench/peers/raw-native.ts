/**
 * `raw-native.ts DIRECTION each|all FOLDER FILE`: better-sqlite3 by itself, one transaction for each file and its version row, or
 * one for all.
 */
import Database from "better-sqlite3";
import { rawMigrate } from "./raw-migrate.ts";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [direction = "", transaction = "", folder = "", file = ""] = process.argv.slice(2);

await printTimed(() => {
	const database = new Database(file);
	rawMigrate(database, folder, direction, transaction);
	database.close();
});
