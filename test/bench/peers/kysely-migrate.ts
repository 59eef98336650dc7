import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { migrationBodies } from "./migration-bodies.ts";

/** kysely's Migrator over SQL files. */
export async function migrateKysely(db: Kysely<unknown>, folder: string): Promise<void> {
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
}
