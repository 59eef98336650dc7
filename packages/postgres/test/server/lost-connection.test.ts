import { Migrate, memorySource } from "@godwit/core";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { type Interference, startProxy } from "../fixtures/postgres-proxy.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

let server: PostgresServer;
let other: pg.Client;

beforeAll(async () => {
	server = await startPostgres();
	other = await otherClient(`${server.url}/postgres`);
});

afterAll(async () => {
	await other.end();
	await server[Symbol.asyncDispose]();
});

beforeEach(() => other.query("CREATE TABLE ran (version int)"));
afterEach(() => other.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const source = memorySource({
	"1_a.up.sql": "INSERT INTO ran VALUES (1);",
	"2_b.up.sql": "INSERT INTO ran VALUES (2);",
	"3_c.up.sql": "-- godwit: no-transaction\nINSERT INTO ran VALUES (3);",
	"4_d.up.sql": "INSERT INTO ran VALUES (4);",
});

async function ran(): Promise<readonly number[]> {
	return (await other.query("SELECT version FROM ran ORDER BY version")).rows.map(({ version }) => version);
}

/** Runs all migrations through a proxy. */
async function up(interference: Interference): Promise<{ readonly applied?: number; readonly error?: unknown }> {
	await using proxy = await startProxy(server.port, interference);
	const migrate = new Migrate({ source, driver: await postgres.open(`${proxy.url}/postgres`) });
	const result = await migrate.up().then(
		({ applied }) => ({ applied: applied.length }),
		(error: unknown) => ({ error }),
	);
	await migrate.close().catch(() => {});
	expect(proxy.cuts).toBe(1);
	return result;
}

describe("a connection that is lost at the COMMIT of a migration", () => {
	it("does not end the run when the migration was committed", async () => {
		expect(await up({ cut: { at: "VALUES (2, false", when: "after" } })).toEqual({ applied: 4 });
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});

	it("does not end the run when the migration has run outside a transaction", async () => {
		expect(await up({ cut: { at: "VALUES (3, false", when: "after" } })).toEqual({ applied: 4 });
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});

	it("leaves nothing of it when it was not committed, and says so", async () => {
		const { error } = await up({ cut: { at: "VALUES (2, false", when: "before" } });
		expect(error).toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			message: expect.stringContaining("rolled back; the database is at version 1 and not dirty"),
			cause: { code: "ERR_CONNECTION_LOST" },
		});
		expect(await ran()).toEqual([1]);
		await using migrate = new Migrate({ source, driver: await postgres.open(`${server.url}/postgres`) });
		expect((await migrate.up()).applied).toHaveLength(3);
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});

	it("is dirty when the file was in the midst of running outside a transaction", async () => {
		const { error } = await up({ cut: { at: "INSERT INTO ran VALUES (3)", when: "after" } });
		expect(error).toMatchObject({
			code: "ERR_MIGRATION_FAILED",
			details: { dirty: true },
			message: expect.stringContaining("the database is dirty at version 3"),
		});
	});

	it("is said to be unknown when the server does not come back", async () => {
		const { error } = await up({ cut: { at: "VALUES (2, false", when: "after", afterwards: "away" } });
		expect(error).toMatchObject({
			code: "ERR_OUTCOME_UNKNOWN",
			details: { version: 2n, dirty: false, report: { to: 1n } },
			cause: { code: "ERR_CONNECTION_LOST" },
		});
		expect(await ran()).toEqual([1, 2]);
	});
});

describe("a connection through a pooler in transaction mode", () => {
	it("is told, keeps other runs out by the row alone, and sets nothing outside a transaction", async () => {
		await using proxy = await startProxy(server.port, { otherBackend: true });
		const url = `${proxy.url}/postgres`;
		await using driver = await postgres.open(url);
		const notices: string[] = [];
		await driver.lock({ onNotice: (notice) => notices.push(notice) });
		expect(notices).toEqual([expect.stringContaining("goes through a pooler")]);
		const { rows } = await other.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'");
		expect(rows).toEqual([]);
		await using second = await postgres.open(url);
		await expect(second.lock({ timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining("its lease ends at"),
		});
		// A run with a session of its own does not take it for dead either.
		await using third = await postgres.open(`${server.url}/postgres`);
		await expect(third.lock({ timeoutMs: 0 })).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		await driver.unlock();
		await using migrate = new Migrate({ source, driver: second });
		expect((await migrate.up()).applied).toHaveLength(4);
		expect(proxy.sent.filter((text) => /SET (?!LOCAL|locked)|RESET/.test(text) && !/UPDATE/.test(text))).toEqual([]);
	});
});
