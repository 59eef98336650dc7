import { Migrate, memorySource } from "@godwit/core";
import { expect, it } from "vitest";
import { postgres } from "../../packages/postgres/src/index.ts";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { serverFolder } from "./debian-server.ts";
import { startPgBouncer } from "./pgbouncer.ts";

const SETTINGS = ["search_path", "statement_timeout", "lock_timeout", "role", "work_mem", "check_function_bodies"];

const SHOWN = `SELECT ${SETTINGS.map((name) => `current_setting('${name}') AS ${name}`).join(", ")}`;

it("a file's settings do not stay in the session that a pooler lends", async () => {
	await using folder = serverFolder();
	const server = await folder.primary();
	await using bouncer = await startPgBouncer(folder.path, server.port, 1);
	const url = `postgres://godwit@127.0.0.1:${bouncer.port}/postgres`;
	await using client = await otherClient(url);
	// As the pooler's connect_query may have it for everybody.
	await client.query("SET work_mem = '9MB'; SET lock_timeout = '3s'");
	const before = (await client.query(SHOWN)).rows;
	expect(before).toMatchObject([{ work_mem: "9MB", lock_timeout: "3s" }]);
	const source = memorySource({
		// As pg_dump begins.
		"1_dump.up.sql":
			"SET statement_timeout = '7s'; SET lock_timeout = 0; SET check_function_bodies = false; SELECT pg_catalog.set_config('search_path', '', false); SET ROLE pg_monitor; RESET ROLE; SET work_mem = '1MB'; CREATE TABLE public.a (b int);",
		"2_b.up.sql": "CREATE TABLE b (c int);",
		"3_do.up.sql": "DO $$ BEGIN PERFORM set_config('work_mem', '2MB', false); EXECUTE 'SET ROLE pg_monitor'; END $$;",
	});
	for (const transaction of ["each", "all"] as const) {
		await using migrate = new Migrate({ source, driver: await postgres.open(`${url}?sslmode=disable`), transaction });
		expect((await migrate.up()).applied).toHaveLength(3);
		expect((await client.query(SHOWN)).rows).toEqual(before);
		await migrate.drop();
	}
});
