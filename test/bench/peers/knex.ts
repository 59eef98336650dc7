/** `knex.ts FOLDER FILE`: knex's migrator over the same SQL files, one transaction for each. */
import Database from "better-sqlite3";
import knex from "knex";
import { migrationBodies } from "./migration-bodies.ts";
import { printTimed } from "./timed.ts";

interface SqlMigration {
	readonly version: number;
	readonly sql: string;
}

new Database(":memory:").close();
const [folder = "", file = ""] = process.argv.slice(2);

await printTimed(async () => {
	const db = knex({ client: "better-sqlite3", connection: { filename: file }, useNullAsDefault: true });
	await db.migrate.latest({
		migrationSource: {
			getMigrations: async () => [...migrationBodies(folder, "up")],
			getMigrationName: ({ version }: SqlMigration) => String(version).padStart(6, "0"),
			getMigration: async ({ sql }: SqlMigration) => ({
				up: async (on: typeof db) => void (await on.raw(sql)),
				down: async () => {},
			}),
		},
	});
	await db.destroy();
});
