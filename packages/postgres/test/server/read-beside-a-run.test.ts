import { type Driver, Migrate, memorySource } from "@godwit/core";
import { afterEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { advisoryKey } from "../../src/lock/advisory-lock.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

afterEach(() => server.other.query("ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const open = (): Promise<Driver> => postgres.open(`${server.url}/postgres`);

const source = memorySource({
	"1_t.up.sql": "CREATE TABLE t (a int);",
	"2_i.up.sql": "-- godwit: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);",
	"2_i.down.sql": "-- godwit: no-transaction\nDROP INDEX CONCURRENTLY i;",
});

/** Runs a migration that waits for a session which has changed `t`. @returns What ends that, and waits for the run. */
async function startRun(run: (migrate: Migrate) => Promise<unknown>): Promise<() => Promise<void>> {
	const blocker = await otherClient(`${server.url}/postgres`);
	await blocker.query("BEGIN; INSERT INTO t VALUES (1)");
	const migrate = new Migrate({ source, driver: await open() });
	const ran = run(migrate);
	await server.until("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'virtualxid'");
	return async () => {
		await blocker.query("COMMIT");
		await blocker.end();
		await ran;
		await migrate.close();
	};
}

describe("what is read beside a file outside a transaction that another process runs", () => {
	it.each([
		["up", async (migrate: Migrate) => migrate.up(), 2n],
		["down", async (migrate: Migrate) => migrate.steps(-1), 1n],
	] as const)("says that it is under way, %s", async (direction, run, end) => {
		await using migrate = new Migrate({ source, driver: await open() });
		await migrate.migrate(direction === "up" ? 1n : 2n);
		const finish = await startRun(run);
		const [status, version, history] = [await migrate.status(), await migrate.version(), await migrate.history()];
		const planned = await migrate.plan({ kind: "up" }).catch((error: unknown) => error);
		await finish();
		expect(version).toMatchObject({ dirty: true });
		expect(history.at(-1)).toMatchObject({ op: "start", version: 2n, direction });
		expect(status.migrations).toMatchObject([{ state: "applied" }, { state: "under-way", event: { direction } }]);
		expect(status.migrations[1]?.rows).toBeUndefined();
		const message = expect.stringMatching(
			new RegExp(
				`^the ${direction} file of version 2 is under way: process ${process.pid} on host .+ has the migration lock; wait until it is done$`,
			),
		);
		expect(status.findings).toMatchObject([{ kind: "dirty", level: "note", message }]);
		expect(planned).toMatchObject({ code: "ERR_DIRTY", message });
		expect(await migrate.version()).toEqual({ version: end, dirty: false });
	});

	it("says that it failed when it did", async () => {
		await using migrate = new Migrate({ source, driver: await open() });
		await migrate.migrate(1n);
		const finish = await startRun((other) => other.up().catch(() => {}));
		const cancel = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'";
		await server.other.query(cancel);
		await server.until(
			"SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND state = 'active')",
		);
		await finish();
		const { migrations, findings } = await migrate.status();
		expect(migrations[1]).toMatchObject({ state: "dirty" });
		expect(findings).toMatchObject([{ level: "error", message: expect.stringContaining("failed half-way") }]);
	});

	it("says it of golang-migrate, too", async () => {
		await server.other.query(
			"CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, true)",
		);
		await using golang = await otherClient(`${server.url}/postgres?application_name=golang`);
		const key = advisoryKey("/postgres", { schema: "public", table: "schema_migrations" });
		await golang.query(`SELECT pg_advisory_lock(${key})`);
		await using migrate = new Migrate({ source, driver: await open() });
		const { findings } = await migrate.status();
		expect(findings[0]?.message).toMatch(
			/is under way: backend \d+ of the application "golang" at .+ has the migration/,
		);
		await golang.query(`SELECT pg_advisory_unlock(${key})`);
		expect((await migrate.status()).findings[0]?.message).toContain("failed half-way");
	});
});
