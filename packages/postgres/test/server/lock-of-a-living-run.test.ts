import { type Driver, Migrate, memorySource, textBody } from "@godwit/core";
import { afterEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { advisoryKey } from "../../src/lock/advisory-lock.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

afterEach(() => server.other.query("ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const open = (): Promise<Driver> => postgres.open(`${server.url}/postgres`);

async function owner(): Promise<string> {
	return String((await server.other.query("SELECT owner FROM schema_migrations_lock")).rows[0]?.owner);
}

describe("the lock of a run that lives", () => {
	it.each([
		"/?dbname=postgres",
		"/%70ostgres",
		"/postgres?application_name=other",
		"?dbname=postgres",
		"/other?dbname=postgres",
	])("is not to be had with a URL that is written another way: %s", async (written) => {
		await using holder = await open();
		await holder.lock();
		await using second = await postgres.open(`${server.url}${written}`);
		await expect(second.lock({ timeoutMs: 0 })).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		await holder.setVersion({ version: 1n, dirty: false });
		await holder.unlock();
		await second.lock({ timeoutMs: 0 });
		expect(await owner()).toContain("backend");
	});

	it("is not to be had over a client without a database in its URL", async () => {
		await server.other.query("CREATE DATABASE godwit");
		await using holder = await postgres.open(`${server.url}/godwit`);
		await holder.lock();
		await using client = await otherClient(server.url);
		await using second = postgres.withInstance(client);
		await using third = await postgres.open(server.url);
		for (const driver of [second, third]) {
			await expect(driver.lock({ timeoutMs: 0 })).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		}
		await holder.unlock();
	});

	it("keeps golang-migrate out that is given the same URL, with whatever name that has for the database", async () => {
		await using holder = await postgres.open(`${server.url}/alias?dbname=postgres`);
		await holder.lock();
		for (const name of ["/alias", "/postgres"]) {
			const key = advisoryKey(name, { schema: "public", table: "schema_migrations" });
			const { rows } = await server.other.query(`SELECT pg_try_advisory_lock(${key}) AS taken`);
			expect(rows).toEqual([{ taken: false }]);
		}
		await holder.unlock();
		expect((await server.other.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).rows).toEqual([]);
	});

	it("is that run's for as long as its session lives, though the session has lost its advisory lock", async () => {
		await using holder = await open();
		await holder.lock();
		await holder.run(textBody("-- godwit: no-transaction\nSELECT 1"));
		await server.other.query(
			"UPDATE schema_migrations_lock SET owner = regexp_replace(owner, 'backend \\d+ since \\S+', (SELECT format('backend %s since %s', pid, to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) FROM pg_stat_activity WHERE pid = pg_backend_pid()))",
		);
		await holder.close().catch(() => {});
		await using second = await open();
		await expect(second.lock({ timeoutMs: 0 })).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
	});

	it("is to be had when another process of the server has the number of its session, which has ended", async () => {
		await using first = await open();
		await first.lock();
		await first.unlock();
		await server.other.query(
			"SELECT pg_advisory_lock(1); UPDATE schema_migrations_lock SET locked = TRUE, owner = format('process 1 on host x, backend %s since 2026-01-01T00:00:00.000000Z (gone)', pg_backend_pid())",
		);
		await first.lock({ timeoutMs: 0 });
		await first.unlock();
		await server.other.query("SELECT pg_advisory_unlock(1)");
	});
});

describe("the lock's table", () => {
	it("without its row, as after a restore of the schema alone, is put right", async () => {
		const source = memorySource({ "1_a.up.sql": "CREATE TABLE a (b int)" });
		await using migrate = new Migrate({ source, driver: await open() });
		await migrate.up();
		await server.other.query(
			"DROP TABLE a; DELETE FROM schema_migrations_lock; DELETE FROM schema_migrations; DELETE FROM schema_migrations_history",
		);
		expect((await migrate.up()).applied).toHaveLength(1);
	});

	it("that does not keep its row is an error that says so", async () => {
		await using driver = await open();
		await driver.lock();
		await driver.unlock();
		await server.other.query(
			"DELETE FROM schema_migrations_lock; CREATE RULE r AS ON INSERT TO schema_migrations_lock DO INSTEAD NOTHING",
		);
		await expect(driver.lock()).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("a rule on it"),
		});
	});
});

const GIVES_AWAY = {
	"a statement outside a transaction": "-- godwit: no-transaction\nSELECT pg_advisory_unlock_all();\nSELECT 1;",
	"the last statement outside a transaction": "-- godwit: no-transaction\nSELECT 1; DISCARD ALL;",
	"a body in a transaction": "SELECT pg_advisory_unlock_all();",
	"a function": "DO 'BEGIN PERFORM pg_advisory_unlock_all(); END';",
};

describe("a file that gives the advisory lock away", () => {
	const key = advisoryKey("/postgres", { schema: "public", table: "schema_migrations" });
	/** Tries it, and lets it go. */
	async function free(): Promise<unknown> {
		await using client = await otherClient(`${server.url}/postgres`);
		return (await client.query(`SELECT pg_try_advisory_lock(${key}) AS taken`)).rows[0]?.taken;
	}

	it.each(Object.entries(GIVES_AWAY))("has it taken again after %s", async (_, sql) => {
		await using driver = await open();
		await driver.lock();
		// As often as the lock was taken again it is given back.
		await driver.run(textBody("SELECT 1"));
		await driver.run(textBody(sql));
		await driver.run(textBody("SELECT 1"));
		expect(await free()).toBe(false);
		await driver.unlock();
		expect(await free()).toBe(true);
	});

	it.each(Object.values(GIVES_AWAY))("is an error when another program has it then: %s", async (sql) => {
		// It waits, as golang-migrate does, until the file lets it go.
		await using golang = await otherClient(`${server.url}/postgres`);
		await using gate = await otherClient(`${server.url}/postgres`);
		await gate.query("CREATE TABLE gate (a int)");
		await gate.query("BEGIN; LOCK TABLE gate");
		await using waiting = new Migrate({
			source: memorySource({
				"1_a.up.sql": `${sql.startsWith("--") ? "-- godwit: no-transaction\n" : ""}SELECT * FROM gate;\n${sql}`,
			}),
			driver: await open(),
		});
		const ran = waiting.up().catch((error: unknown) => error);
		await server.until("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation'");
		const got = golang.query(`SELECT pg_advisory_lock(${key})`);
		await server.until("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'");
		await gate.query("COMMIT");
		await got;
		expect(await ran).toMatchObject({ cause: { code: "ERR_LOCK_LOST" } });
		await golang.query(`SELECT pg_advisory_unlock(${key})`);
	});
});
