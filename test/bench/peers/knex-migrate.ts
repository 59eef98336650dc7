import type { Knex } from "knex";
import { migrationBodies } from "./migration-bodies.ts";

interface SqlMigration {
	readonly version: number;
	readonly sql: string;
}

/** knex's migrator over SQL files. */
export async function migrateKnex(db: Knex, folder: string): Promise<void> {
	await db.migrate.latest({
		migrationSource: {
			getMigrations: async () => [...migrationBodies(folder, "up")],
			getMigrationName: ({ version }: SqlMigration) => String(version).padStart(6, "0"),
			getMigration: async ({ sql }: SqlMigration) => ({
				up: async (on: Knex) => void (await on.raw(sql)),
				down: async () => {},
			}),
		},
	});
	await db.destroy();
}
