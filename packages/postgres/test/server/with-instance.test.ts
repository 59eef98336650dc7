import { Migrate, memorySource } from "@godwit/core";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

let server: PostgresServer;
let client: pg.Client;

beforeAll(async () => {
	server = await startPostgres();
	client = await otherClient(`${server.url}/postgres`);
});

afterAll(async () => {
	await client.end();
	await server[Symbol.asyncDispose]();
});

afterEach(() => client.query("ROLLBACK; RESET ALL; RESET ROLE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const source = memorySource({
	"1_a.up.sql": "CREATE TABLE a (b int); SET statement_timeout = 1234; SET ROLE pg_monitor;",
	"2_c.up.sql": "-- godwit: no-transaction\nSET lock_timeout = 77; CREATE INDEX CONCURRENTLY i ON a (b);",
	"3_d.up.sql": "CREATE TABLE d ();",
});

async function settings(of: pg.ClientBase): Promise<unknown> {
	const names = ["statement_timeout", "lock_timeout", "search_path", "work_mem", "role"];
	const { rows } = await of.query(`SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(", ")}`);
	return rows[0];
}

describe("a driver over the caller's client", () => {
	it("migrates, leaves the client open, and its settings as they were", async () => {
		await client.query("CREATE ROLE app; GRANT app TO godwit");
		await client.query("SET work_mem = '9MB'; SET lock_timeout = '3s'; SET search_path = public, pg_temp");
		const before = await settings(client);
		{
			await using migrate = new Migrate({ source, driver: postgres.withInstance(client) });
			expect((await migrate.up()).applied).toHaveLength(3);
			expect(await settings(client)).toEqual(before);
		}
		expect((await client.query("SELECT version FROM schema_migrations")).rows).toEqual([{ version: "3" }]);
		await client.query(
			"GRANT ALL ON SCHEMA public TO app; GRANT ALL ON ALL TABLES IN SCHEMA public TO app; SET ROLE app",
		);
		const inRole = await settings(client);
		await using driver = postgres.withInstance(client);
		expect(await driver.version()).toMatchObject({ version: 3n });
		expect(await settings(client)).toEqual(inRole);
		await client.query("RESET ROLE; DROP OWNED BY app; DROP ROLE app");
	});

	it("excludes a run by URL", async () => {
		await using driver = postgres.withInstance(client);
		await driver.lock();
		await using other = await postgres.open(`${server.url}/postgres`);
		await expect(other.lock({ timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: expect.stringContaining("backend") },
		});
		await driver.unlock();
		await other.lock({ timeoutMs: 0 });
	});

	it("refuses one in a transaction, and changes nothing", async () => {
		await client.query("BEGIN");
		await using migrate = new Migrate({ source, driver: postgres.withInstance(client) });
		await expect(migrate.up()).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("is in a transaction; end it"),
		});
		await client.query("COMMIT");
		expect((await client.query("SELECT to_regclass('a') AS a")).rows).toEqual([{ a: null }]);
	});

	it("refuses one that is not connected, and one that is too old", async () => {
		await using driver = postgres.withInstance(new pg.Client(`${server.url}/postgres`));
		await expect(driver.version()).rejects.toThrow("the client is not connected; call its connect() first");
		expect(() => postgres.withInstance({} as pg.Client)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME" }));
		expect(() => postgres.withInstance(client, { lockTimeout: 1 } as object)).toThrow("lockTimeout");
	});
});

describe("a driver over the caller's pool", () => {
	it("takes one client until it is closed, and another one when that is lost", async () => {
		const pool = new pg.Pool({ connectionString: `${server.url}/postgres`, max: 1 });
		pool.on("error", () => {});
		{
			await using migrate = new Migrate({ source, driver: postgres.withInstance(pool) });
			expect((await migrate.up()).applied).toHaveLength(3);
			expect([pool.totalCount, pool.idleCount]).toEqual([1, 0]);
			await client.query(
				"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'postgres' AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
			);
			expect(await migrate.version()).toEqual({ version: 3n, dirty: false });
		}
		expect(pool.idleCount).toBe(1);
		await pool.end();
	});
});
