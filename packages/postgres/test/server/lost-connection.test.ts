import { type Driver, Migrate, memorySource } from "@godwit/core";
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { postgres } from "../../src/index.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { type Interference, startProxy } from "../fixtures/postgres-proxy.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

beforeEach(() => server.other.query("CREATE TABLE ran (version int)"));
afterEach(() => server.other.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const source = memorySource({
	"1_a.up.sql": "INSERT INTO ran VALUES (1);",
	"2_b.up.sql": "INSERT INTO ran VALUES (2);",
	"3_c.up.sql": "-- godwit: no-transaction\nINSERT INTO ran VALUES (3);",
	"4_d.up.sql": "INSERT INTO ran VALUES (4);",
});

async function ran(): Promise<readonly number[]> {
	return (await server.other.query("SELECT version FROM ran ORDER BY version")).rows.map(({ version }) => version);
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
		expect(await up({ cut: { at: "(2, false", when: "after" } })).toEqual({ applied: 4 });
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});

	it("does not end the run when the migration has run outside a transaction", async () => {
		expect(await up({ cut: { at: "(3, false", when: "after" } })).toEqual({ applied: 4 });
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});

	it.each([
		["it was not committed", "(2, false"],
		["its body did not reach the server", "INSERT INTO ran VALUES (2)"],
		["a file outside a transaction was not marked", "(3, true"],
		["a file outside a transaction had run", "(3, false"],
	])("makes the step again when %s", async (_, at) => {
		expect(await up({ cut: { at, when: "before" } })).toEqual({ applied: 4 });
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});

	it.each(["before", "after"] as const)("does not end a run in one transaction: cut %s", async (when) => {
		const together = memorySource({
			"1_a.up.sql": "INSERT INTO ran VALUES (1);",
			"2_b.up.sql": "INSERT INTO ran VALUES (2);",
		});
		await using proxy = await startProxy(server.port, { cut: { at: "(2, false", when } });
		const driver = await postgres.open(`${proxy.url}/postgres`);
		await using migrate = new Migrate({ source: together, driver, transaction: "all" });
		expect((await migrate.up()).applied).toHaveLength(2);
		expect(proxy.cuts).toBe(1);
		expect(await ran()).toEqual([1, 2]);
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
		const { error } = await up({ cut: { at: "(2, false", when: "after", afterwards: "away" } });
		expect(error).toMatchObject({
			code: "ERR_OUTCOME_UNKNOWN",
			details: { version: 2n, dirty: false, report: { to: 1n } },
			cause: { code: "ERR_CONNECTION_LOST" },
		});
		expect(await ran()).toEqual([1, 2]);
	});
});

/** The session that has golang-migrate's advisory lock, and the key of that. */
async function holder(): Promise<{ readonly pid: number; readonly key: string }> {
	const { rows } = await server.other.query(
		"SELECT pid, (classid::bigint << 32 | objid::bigint)::text AS key FROM pg_locks WHERE locktype = 'advisory'",
	);
	expect(rows).toHaveLength(1);
	return rows[0];
}

/** A driver whose lock is lost, which its end tells too. */
async function opened(url: string): Promise<Driver> {
	const driver = await postgres.open(url);
	onTestFinished(() => driver.close().catch(() => {}));
	return driver;
}

describe("a connection that is lost under the lock", () => {
	const url = (): string => `${server.url}/postgres`;

	it("does not take the lock again when another run has taken it, and keeps nothing of it", async () => {
		const driver = await opened(url());
		await driver.lock();
		await server.other.query("SELECT pg_terminate_backend($1, 5000)", [(await holder()).pid]);
		await server.other.query("UPDATE schema_migrations_lock SET owner = 'somebody else', expires_at = '9999-01-01'");
		await expect(driver.version()).rejects.toMatchObject({
			code: "ERR_LOCK_LOST",
			message: expect.stringContaining("held by somebody else"),
		});
		expect((await server.other.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).rows).toEqual([]);
	});

	it("does not wait for another run that has both locks", async () => {
		const driver = await opened(url());
		await driver.lock();
		await server.other.query("SELECT pg_terminate_backend($1, 5000)", [(await holder()).pid]);
		await using next = await postgres.open(url());
		await next.lock();
		await expect(driver.version()).rejects.toMatchObject({
			code: "ERR_LOCK_LOST",
			message: expect.stringMatching(/held by process \d+ .*, backend \d+/),
		});
		await next.unlock();
	});

	it("does not end the run through a pooler", async () => {
		expect(await up({ otherBackend: true, cut: { at: "(2, false", when: "before" } })).toEqual({ applied: 4 });
		expect(await ran()).toEqual([1, 2, 3, 4]);
	});
});

describe("breakLocks", () => {
	/** A session that has the advisory lock and nothing else, as golang-migrate's has. */
	async function otherRun(): Promise<{ readonly client: pg.Client; readonly ended: Promise<unknown> }> {
		await using driver = await postgres.open(`${server.url}/postgres`);
		await driver.lock();
		const { key } = await holder();
		await driver.unlock();
		const client = await otherClient(`${server.url}/postgres?application_name=migrate`);
		const ended = new Promise<void>((resolve) => client.on("end", () => resolve()));
		client.on("error", () => {});
		await client.query("SELECT pg_advisory_lock($1)", [key]);
		return { client, ended };
	}

	it("ends a run of golang-migrate's, which has no row", async () => {
		const { ended } = await otherRun();
		const asked: string[] = [];
		const yes = async (holder: string): Promise<boolean> => asked.push(holder) > 0;
		expect(await postgres.breakLocks(`${server.url}/postgres`, yes)).toBe(1);
		expect(asked).toEqual([
			expect.stringMatching(/^backend \d+ of the application "migrate" at 127\.0\.0\.1, connected/),
		]);
		await ended;
	});

	it.each(["pg_advisory_unlock_all", "pg_terminate_backend"])(
		"ends no session that gives the lock back while it asks: %s",
		async (how) => {
			const { client, ended } = await otherRun();
			const { pid } = await holder();
			const yes = async (): Promise<boolean> => {
				if (how === "pg_advisory_unlock_all") await client.query("SELECT pg_advisory_unlock_all()");
				else await server.other.query("SELECT pg_terminate_backend($1, 5000)", [pid]);
				return true;
			};
			expect(await postgres.breakLocks(`${server.url}/postgres`, yes)).toBe(0);
			if (how === "pg_advisory_unlock_all") await client.end();
			await ended;
		},
	);

	it("frees the row of a run with a session that dies while it asks", async () => {
		const driver = await opened(`${server.url}/postgres`);
		await driver.lock();
		const { pid } = await holder();
		const yes = async (): Promise<boolean> => {
			await server.other.query("SELECT pg_terminate_backend($1, 5000)", [pid]);
			return true;
		};
		expect(await postgres.breakLocks(`${server.url}/postgres`, yes)).toBe(1);
		expect((await server.other.query("SELECT locked FROM schema_migrations_lock")).rows).toEqual([{ locked: false }]);
	});

	it("says which right is missing, and asks for the row alone through a pooler", async () => {
		{
			await using driver = await postgres.open(`${server.url}/postgres`);
			await driver.lock();
			await driver.unlock();
		}
		await server.other.query("CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA public TO stranger");
		await expect(
			postgres.breakLocks(`${server.url.replace("godwit@", "stranger@")}/postgres`, async () => true),
		).rejects.toThrow("permission denied for table schema_migrations_lock");
		await server.other.query("UPDATE schema_migrations_lock SET locked = TRUE, owner = 'somebody else'");
		await using proxy = await startProxy(server.port, { otherBackend: true });
		const asked: string[] = [];
		const yes = async (holder: string): Promise<boolean> => asked.push(holder) > 0;
		expect(await postgres.breakLocks(`${proxy.url}/postgres`, yes)).toBe(1);
		expect(asked).toEqual(["somebody else"]);
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
		const { rows } = await server.other.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'");
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
