/** `drizzle.ts FOLDER FILE`: drizzle-orm's migrator, which makes one transaction of all migrations. */
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { printTimed } from "./timed.ts";

new Database(":memory:").close();
const [folder = "", file = ""] = process.argv.slice(2);

await printTimed(() => {
	const client = new Database(file);
	migrate(drizzle({ client }), { migrationsFolder: folder });
	client.close();
});
