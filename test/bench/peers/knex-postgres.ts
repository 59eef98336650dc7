/** `knex-postgres.ts FOLDER DATABASE`: knex's migrator over the same SQL files on pg, as it does by itself. */
import knex from "knex";
import { migrateKnex } from "./knex-migrate.ts";
import { printTimed } from "./timed.ts";

const [folder = "", connection = ""] = process.argv.slice(2);

await printTimed(() => migrateKnex(knex({ client: "pg", connection }), folder));
