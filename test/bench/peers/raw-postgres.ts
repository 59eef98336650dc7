/** `raw-postgres.ts each|all FOLDER DATABASE`: pg by itself, one transaction for each file and its version row, or one for all. */
import pg from "pg";
import { migrationBodies } from "./migration-bodies.ts";
import { printTimed } from "./timed.ts";

const [transaction = "", folder = "", connectionString = ""] = process.argv.slice(2);

await printTimed(async () => {
	const each = transaction !== "all";
	const client = new pg.Client({ connectionString });
	await client.connect();
	await client.query(
		"CREATE TABLE IF NOT EXISTS schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
	);
	if (!each) await client.query("BEGIN");
	for (const { version, sql } of migrationBodies(folder, "up")) {
		if (each) await client.query("BEGIN");
		await client.query(sql);
		await client.query("DELETE FROM schema_migrations");
		await client.query(`INSERT INTO schema_migrations (version, dirty) VALUES (${version}, FALSE)`);
		if (each) await client.query("COMMIT");
	}
	if (!each) await client.query("COMMIT");
	await client.end();
});
