/** `kysely-postgres.ts FOLDER DATABASE`: kysely's Migrator over the same SQL files on pg. */
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { migrateKysely } from "./kysely-migrate.ts";
import { printTimed } from "./timed.ts";

const [folder = "", connectionString = ""] = process.argv.slice(2);

await printTimed(() =>
	migrateKysely(
		new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) }),
		folder,
	),
);
