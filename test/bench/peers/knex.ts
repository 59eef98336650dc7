/** `knex.ts FOLDER FILE`: knex's migrator over the same SQL files. */
import Database from "better-sqlite3";
import knex from "knex";
import { migrateKnex } from "./knex-migrate.ts";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [folder = "", file = ""] = process.argv.slice(2);

await printTimed(() =>
	migrateKnex(knex({ client: "better-sqlite3", connection: { filename: file }, useNullAsDefault: true }), folder),
);
