/**
 * `raw-node.ts DIRECTION each|all FOLDER FILE`: node:sqlite by itself, one transaction for each file and its version row, or one for
 * all.
 */
import { DatabaseSync } from "node:sqlite";
import { rawMigrate } from "./raw-migrate.ts";
import { printTimed } from "./timed.ts";

new DatabaseSync(":memory:").close();
const [direction = "", transaction = "", folder = "", file = ""] = process.argv.slice(2);

await printTimed(() => {
	const database = new DatabaseSync(file);
	rawMigrate({ exec: (sql) => database.exec(sql), prepare }, folder, direction, transaction);
	database.close();

	function prepare(sql: string): { run(version?: number): unknown } {
		const statement = database.prepare(sql);
		return { run: (version) => (version === undefined ? statement.run() : statement.run(version)) };
	}
});
