/** `umzug.ts FOLDER FILE`: umzug over the same SQL files, with a table of names that is written after each migration. */
import Database from "better-sqlite3";
import { Umzug } from "umzug";
import { migrationBodies } from "./migration-bodies.ts";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [folder = "", file = ""] = process.argv.slice(2);

await printTimed(async () => {
	const database = new Database(file);
	database.exec("CREATE TABLE IF NOT EXISTS umzug (name TEXT PRIMARY KEY)");
	const umzug = new Umzug({
		migrations: async () =>
			[...migrationBodies(folder, "up")].map(({ version, sql }) => ({
				name: String(version).padStart(6, "0"),
				up: async () => void database.exec(sql),
			})),
		storage: {
			logMigration: async ({ name }) => void database.prepare("INSERT INTO umzug (name) VALUES (?)").run(name),
			unlogMigration: async ({ name }) => void database.prepare("DELETE FROM umzug WHERE name = ?").run(name),
			executed: async () => database.prepare("SELECT name FROM umzug ORDER BY name").pluck().all() as string[],
		},
		logger: undefined,
	});
	await umzug.up();
	database.close();
});
