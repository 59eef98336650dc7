import { type Driver, Migrate, memorySource, textBody } from "@godwit/core";
import { afterEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

afterEach(() => server.other.query("ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const open = (query = ""): Promise<Driver> => postgres.open(`${server.url}/postgres${query}`);

async function failureOf(sql: string, query = ""): Promise<{ readonly message: string }> {
	await using migrate = new Migrate({ source: memorySource({ "1_a.up.sql": sql }), driver: await open(query) });
	return await migrate.up().then(
		() => {
			throw new Error(`${sql} does not fail`);
		},
		(error) => error,
	);
}

async function value(sql: string): Promise<unknown> {
	return Object.values((await server.other.query(sql)).rows[0] ?? {})[0];
}

const OUTSIDE = "-- godwit: no-transaction\n";

describe("a file outside a transaction", () => {
	it("keeps what ran before a failure, with the place of what failed", async () => {
		const { message } = await failureOf(`${OUTSIDE}CREATE TABLE a ();\n  SELECT 🐦;`);
		expect(message).toMatch(/^1_a\.up\.sql:3:10: column "🐦" does not exist/);
		expect(message).toContain("the database is dirty at version 1");
		expect(await value("SELECT to_regclass('a')::text")).toBe("a");
	});

	it("may have a transaction of its own", async () => {
		const sql = `${OUTSIDE}BEGIN; CREATE TABLE a (); COMMIT; BEGIN; CREATE TABLE b (); ROLLBACK;`;
		await using migrate = new Migrate({ source: memorySource({ "1_a.up.sql": sql }), driver: await open() });
		await migrate.up();
		expect(await value("SELECT to_regclass('a')::text")).toBe("a");
		expect(await value("SELECT to_regclass('b')::text")).toBeNull();
	});

	it("has to end that transaction", async () => {
		const { message } = await failureOf(`${OUTSIDE}CREATE TABLE a ();\nBEGIN;\nCREATE TABLE b ();`);
		expect(message).toContain("1_a.up.sql:4:1: the file begins a transaction and does not end it");
		expect(await value("SELECT to_regclass('b')::text")).toBeNull();
	});

	it("tells what failed in that transaction, and rolls it back", async () => {
		const { message } = await failureOf(`${OUTSIDE}BEGIN;\nCREATE TABLE a ();\nSELECT 1/0;\nCOMMIT;`);
		expect(message).toContain("1_a.up.sql:4:1: division by zero");
		expect(await value("SELECT to_regclass('a')::text")).toBeNull();
	});

	it("does not go on when another run has the lock", async () => {
		await using driver = await open();
		await driver.lock();
		await server.other.query("UPDATE schema_migrations_lock SET owner = 'another run'");
		const ran = driver.run(textBody(`${OUTSIDE}CREATE TABLE a ();`));
		await expect(ran).rejects.toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "held by another run" } });
		expect(await value("SELECT to_regclass('a')::text")).toBeNull();
		await expect(driver.unlock()).rejects.toMatchObject({ code: "ERR_LOCK_LOST" });
	});

	it("is every file where the URL says so", async () => {
		const { message } = await failureOf("CREATE TABLE a ();\nSELECT 1/0;", "?x-multi-statement=true&x-history=off");
		expect(message).toContain("the database is dirty at version 1");
		expect(await value("SELECT to_regclass('a')::text")).toBe("a");
		expect(await value("SELECT to_regclass('schema_migrations_history')::text")).toBeNull();
	});

	it("that waits too long for a table is told who has it", async () => {
		await server.other.query("CREATE TABLE t (a int)");
		await server.other.query("BEGIN; LOCK TABLE t");
		const { message } = await failureOf(`${OUTSIDE}ALTER TABLE t ADD b int;`, "?x-ddl-lock-timeout=1ms");
		expect(message).toMatch(
			/lock timeout; backend \d+ \(application "", user godwit\) has a lock on t, in a transaction/,
		);
	});
});

describe("a statement with CONCURRENTLY", () => {
	it("that fails before it makes anything blames nobody else's index", async () => {
		await server.other.query(
			"CREATE TABLE t (a int); CREATE TABLE u (a int); INSERT INTO u VALUES (1), (1); CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX p_i ON ONLY p (a)",
		);
		await expect(server.other.query("CREATE UNIQUE INDEX CONCURRENTLY unrelated ON u (a)")).rejects.toThrow(
			"could not create",
		);
		for (const sql of ["CREATE INDEX CONCURRENTLY idx_new ON t (nosuchcol)", "DROP INDEX CONCURRENTLY nosuch"]) {
			const { message } = await failureOf(`${OUTSIDE}${sql};`);
			expect(message).toContain("does not exist");
			expect(message).not.toContain("DROP INDEX unrelated");
			expect(message).not.toContain("invalid index");
			await server.other.query("DELETE FROM schema_migrations");
		}
	});

	it("that finds the invalid index of an earlier run in its way is told what to do", async () => {
		await server.other.query("CREATE TABLE u (a int); INSERT INTO u VALUES (1), (1)");
		await expect(server.other.query("CREATE UNIQUE INDEX CONCURRENTLY i ON u (a)")).rejects.toThrow("could not create");
		const { message } = await failureOf(`${OUTSIDE}CREATE UNIQUE INDEX CONCURRENTLY I ON u (a);`);
		expect(message).toContain("already exists; the index i is there and invalid");
		expect(message).toContain("DROP INDEX i before you run it again");
	});

	it("detaches a partition without a lock timeout, and tells of one that it leaves half detached", async () => {
		await server.other.query(
			"CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2)",
		);
		await server.other.query("BEGIN; SELECT * FROM p");
		const failing = failureOf(
			`${OUTSIDE}ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;`,
			"?x-ddl-lock-timeout=1ms&x-statement-timeout=1s",
		);
		const { message } = await failing;
		await server.other.query("COMMIT");
		expect(message).toContain("due to statement timeout");
		expect(message).toContain("ALTER TABLE p DETACH PARTITION p1 FINALIZE");
		await server.other.query("ALTER TABLE p DETACH PARTITION p1 FINALIZE");
	});
});

describe("a lock row", () => {
	it("that a run left which cannot be checked is cleared when that is agreed to", async () => {
		await using driver = await open();
		await driver.lock();
		await driver.unlock();
		await server.other.query("UPDATE schema_migrations_lock SET locked = TRUE, owner = 'a run behind a pooler'");
		const asked: string[] = [];
		const answer = (yes: boolean) => async (holder: string) => asked.push(holder) > 0 && yes;
		const url = `${server.url}/postgres`;
		expect(await postgres.breakLocks(url, answer(false))).toBe(0);
		expect(await value("SELECT locked FROM schema_migrations_lock")).toBe(true);
		expect(await postgres.breakLocks(url, answer(true))).toBe(1);
		expect(asked).toEqual(["a run behind a pooler", "a run behind a pooler"]);
		expect(await value("SELECT locked FROM schema_migrations_lock")).toBe(false);
	});

	it("is not there before the first run, and then there is nothing to clear", async () => {
		expect(await postgres.breakLocks(`${server.url}/postgres`, async () => true)).toBe(0);
	});
});

describe("a history that a newer godwit has written", () => {
	it("is refused, and says what to do", async () => {
		const migrate = new Migrate({ source: memorySource({ "1_a.up.sql": "SELECT 1;" }), driver: await open() });
		await migrate.up();
		await server.other.query("UPDATE schema_migrations_history SET format = 99");
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_HISTORY_FORMAT", details: { format: "99" } });
		await migrate.close();
	});
});
