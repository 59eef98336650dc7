import { Migrate, memorySource } from "@godwit/core";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { postgres } from "../../src/index.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

let server: PostgresServer;
/** Two clients of an application. */
let other: pg.Client;
let third: pg.Client;

beforeAll(async () => {
	server = await startPostgres();
	other = await otherClient(`${server.url}/postgres`);
	third = await otherClient(`${server.url}/postgres`);
});

afterAll(async () => {
	await other.end();
	await third.end();
	await server[Symbol.asyncDispose]();
});

const ROWS = "INSERT INTO t SELECT generate_series(1, 25);";
const TABLE = `CREATE TABLE t (id integer PRIMARY KEY, b integer); ${ROWS}`;
const PARTITIONED = `CREATE TABLE t (id integer, b integer) PARTITION BY LIST ((id % 2)); CREATE TABLE even PARTITION OF t FOR VALUES IN (0); CREATE TABLE odd PARTITION OF t FOR VALUES IN (1); ${ROWS}`;

/** A statement on `table` waits, when it has its snapshot, for the advisory lock of as many as there are rows of `left`. */
const gate = (event: "INSERT" | "UPDATE", table: string, left: string): string =>
	`CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock((SELECT count(*) FROM ${left})); RETURN NULL; END'; CREATE TRIGGER gate BEFORE ${event} ON ${table} EXECUTE FUNCTION gate();`;

const UNFILLED = "t WHERE b IS NULL";

const fill = (table: string, lock = ""): string =>
	`UPDATE ${table} SET b = id * 2 WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM ${table} WHERE b IS NULL LIMIT 10 ${lock}) */;`;

/** Runs the first two migrations, the second one in rounds, while the clients of `setUp` do what they do. */
async function migrated(first: string, second: string, { user = "godwit", wait = "60s" } = {}): Promise<Migrate> {
	onTestFinished(async () => {
		await third.query("ROLLBACK");
		await other.query("ROLLBACK; SELECT pg_advisory_unlock_all(); DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	});
	const source = memorySource({ "1_t.up.sql": first, "2_x.up.sql": `-- godwit: until-done\n${second}` });
	const url = `${server.url.replace("godwit@", `${user}@`)}/postgres?x-ddl-lock-timeout=${wait}`;
	const migrate = new Migrate({ source, driver: await postgres.open(url) });
	onTestFinished(() => migrate[Symbol.asyncDispose]());
	return migrate;
}

async function numbers(sql: string): Promise<readonly unknown[]> {
	return (await other.query({ text: sql, rowMode: "array" })).rows.map(([first]) => first);
}

/** Waits until a session waits for a lock that `which` says, a condition on `pg_locks`, or until the run is over. */
async function waitedFor(which: string, run: Promise<unknown>): Promise<void> {
	let over = false;
	const end = (): void => {
		over = true;
	};
	run.then(end, end);
	while (!over) {
		const { rowCount } = await other.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND ${which}`);
		if (rowCount !== 0) return;
	}
	await run;
	throw new Error(`nobody has waited for a lock with ${which}`);
}

const atGate = (left: number): string => `locktype = 'advisory' AND objid = ${left}`;

describe("a backfill beside an application", () => {
	it.each([
		["a table", TABLE, "t"],
		["a partitioned table", PARTITIONED, "t"],
		["a view", `${TABLE} CREATE VIEW v AS SELECT * FROM t;`, "v"],
	])("does a row of %s that is brought while it looks at what is left", async (_, first, table) => {
		const migrate = await migrated(first + gate("UPDATE", "t", UNFILLED), fill(table));
		await other.query("SELECT pg_advisory_lock(0)");
		const run = migrate.up();
		await waitedFor(atGate(0), run);
		await other.query("INSERT INTO t SELECT generate_series(100, 102)");
		await other.query("SELECT pg_advisory_unlock(0)");
		expect(await run).toMatchObject({ to: 2n });
		expect(await numbers("SELECT count(*)::int FROM t WHERE b = id * 2")).toEqual([28]);
	});

	it("does rows that are brought between its two counts of the first round", async () => {
		const migrate = await migrated(TABLE + gate("UPDATE", "t", UNFILLED), fill("t"));
		await other.query("SELECT pg_advisory_lock(25), pg_advisory_lock(28)");
		const run = migrate.up();
		await waitedFor(atGate(25), run);
		await other.query("INSERT INTO t SELECT generate_series(100, 102)");
		await other.query("SELECT pg_advisory_unlock(25)");
		// The round is made once more, with the table for itself.
		await waitedFor(atGate(28), run);
		expect(
			await numbers("SELECT mode FROM pg_locks WHERE relation = 't'::regclass AND mode = 'ExclusiveLock'"),
		).toEqual(["ExclusiveLock"]);
		await other.query("SELECT pg_advisory_unlock(28)");
		expect(await run).toMatchObject({ to: 2n });
		expect(await numbers("SELECT count(*)::int FROM t WHERE b = id * 2")).toEqual([28]);
	});

	it("does the rows of a table that it reads, which are brought while it looks", async () => {
		const insert =
			"INSERT INTO u SELECT id FROM t WHERE NOT EXISTS (SELECT FROM u WHERE u.id = t.id) /* godwit: LIMIT 10 */;";
		const left = "t WHERE NOT EXISTS (SELECT FROM u WHERE u.id = t.id)";
		const migrate = await migrated(
			`${TABLE} CREATE TABLE u (id integer PRIMARY KEY); ${gate("INSERT", "u", left)}`,
			insert,
		);
		await other.query("SELECT pg_advisory_lock(0), pg_advisory_lock(3), pg_advisory_lock(6)");
		const run = migrate.up();
		await waitedFor(atGate(0), run);
		await other.query("INSERT INTO t SELECT generate_series(100, 102)");
		await other.query("SELECT pg_advisory_unlock(0)");
		await waitedFor(atGate(3), run);
		await other.query("INSERT INTO t SELECT generate_series(103, 105)");
		await other.query("SELECT pg_advisory_unlock(3)");
		// It has its table for itself now, and of the others it sees one state, without the rows that come next.
		await waitedFor(atGate(6), run);
		await other.query("INSERT INTO t SELECT generate_series(200, 202)");
		await other.query("SELECT pg_advisory_unlock(6)");
		expect(await run).toMatchObject({ to: 2n });
		expect(await numbers("SELECT max(id) FROM u")).toEqual([105]);
		expect(await numbers("SELECT count(*)::int FROM u")).toEqual([31]);
	});

	it("does rows that its batch has left out, since another transaction had locked them", async () => {
		const migrate = await migrated(TABLE, fill("t", "FOR UPDATE SKIP LOCKED"));
		await migrate.steps(1);
		const locking = "BEGIN; SELECT FROM t WHERE id > 22 FOR UPDATE";
		await other.query(locking);
		const run = migrate.up();
		await waitedFor("locktype = 'transactionid'", run);
		const next = third.query(locking);
		await waitedFor("locktype = 'tuple'", run);
		await other.query("COMMIT");
		await next;
		await waitedFor("locktype = 'relation' AND relation = 't'::regclass", run);
		await third.query("COMMIT");
		expect(await run).toMatchObject({ to: 2n });
		expect(await numbers("SELECT count(*)::int FROM t WHERE b = id * 2")).toEqual([25]);
	});

	it("is not ended for doing the same rows again when others are brought as fast", async () => {
		const migrate = await migrated(TABLE + gate("UPDATE", "t", UNFILLED), fill("t"));
		await other.query("SELECT pg_advisory_lock(15), pg_advisory_lock(95)");
		const run = migrate.up();
		await waitedFor(atGate(15), run);
		await other.query("INSERT INTO t SELECT generate_series(101, 200)");
		await other.query("SELECT pg_advisory_unlock(15)");
		// More rows are changed than the table had, so it looks how many are left, and then runs a round.
		await waitedFor(atGate(95), run);
		await other.query("INSERT INTO t SELECT generate_series(201, 210)");
		await other.query("SELECT pg_advisory_unlock(95)");
		expect(await run).toMatchObject({ to: 2n });
		expect(await numbers("SELECT count(*)::int FROM t WHERE b = id * 2")).toEqual([135]);
	});
});

/** Its batch always picks the same rows. */
const WRONG = "UPDATE t SET b = id WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t ORDER BY id LIMIT 10) */;";

describe("a backfill that leaves something", () => {
	it("is ended, also when its table cannot be locked for lack of the right", async () => {
		await other.query(
			`${TABLE} CREATE ROLE limited LOGIN; GRANT ALL ON SCHEMA public TO limited; GRANT SELECT, UPDATE (b) ON t TO limited`,
		);
		onTestFinished(async () => void (await other.query("DROP ROLE limited")));
		const migrate = await migrated("SELECT 1;", WRONG, { user: "limited" });
		await expect(migrate.up()).rejects.toMatchObject({
			cause: {
				code: "ERR_SQL",
				message: expect.stringMatching(
					/would change 15 more rows.*could not be kept from t .*permission denied for table t/,
				),
				details: { line: 2, column: 1 },
			},
		});
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});

	it("is ended, and says who has its table", async () => {
		const migrate = await migrated(TABLE, WRONG, { wait: "200ms" });
		await migrate.steps(1);
		await other.query("BEGIN; INSERT INTO t VALUES (100, 1)");
		await expect(migrate.up()).rejects.toMatchObject({
			cause: {
				code: "ERR_SQL",
				message: expect.stringMatching(/could not be kept from t .*lock timeout.*backend \d+ .* has a lock on t/),
			},
		});
	});
});
