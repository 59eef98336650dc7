/** `kysely.ts FOLDER FILE`: kysely's Migrator over the same SQL files; on SQLite it makes no transactions. */
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { migrateKysely } from "./kysely-migrate.ts";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [folder = "", file = ""] = process.argv.slice(2);

await printTimed(() =>
	migrateKysely(new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Database(file) }) }), folder),
);
