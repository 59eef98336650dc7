/** `kysely.ts FOLDER FILE`: kysely's Migrator over the same SQL files; on SQLite it makes no transactions. */
import Database from "better-sqlite3";
import { Kysely, SqliteDialect, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { migrationBodies } from "./migration-bodies.ts";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [folder = "", file = ""] = process.argv.slice(2);

await printTimed(async () => {
	const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Database(file) }) });
	const migrator = new Migrator({
		db,
		provider: {
			async getMigrations() {
				const migrations: Record<string, Migration> = {};
				for (const { version, sql: body } of migrationBodies(folder, "up")) {
					migrations[String(version).padStart(6, "0")] = { up: async (on) => void (await sql.raw(body).execute(on)) };
				}
				return migrations;
			},
		},
	});
	const { error } = await migrator.migrateToLatest();
	if (error) throw error;
	await db.destroy();
});
