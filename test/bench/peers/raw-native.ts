/** `raw-native.ts DIRECTION FOLDER FILE`: better-sqlite3 by itself, one transaction for each file and its version row. */
import Database from "better-sqlite3";
import { rawMigrate } from "./raw-migrate.ts";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [direction = "", folder = "", file = ""] = process.argv.slice(2);

await printTimed(() => {
	const database = new Database(file);
	rawMigrate(database, folder, direction);
	database.close();
});
