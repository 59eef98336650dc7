/** `drizzle-postgres.ts FOLDER DATABASE`: drizzle-orm's migrator on pg. */
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { printTimed } from "./timed.ts";

const [migrationsFolder = "", connectionString = ""] = process.argv.slice(2);

await printTimed(async () => {
	const client = new pg.Client({ connectionString });
	await client.connect();
	await migrate(drizzle({ client }), { migrationsFolder });
	await client.end();
});
