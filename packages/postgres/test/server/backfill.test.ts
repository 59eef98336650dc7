import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { postgres } from "../../src/index.ts";
import { describeBackfills, FILES } from "../fixtures/backfill-tests.ts";
import { startProxy } from "../fixtures/postgres-proxy.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

const url = (): string => `${server.url}/postgres`;

async function query(sql: string): Promise<readonly unknown[]> {
	return (await server.other.query({ text: sql, rowMode: "array" })).rows.map(([first]) => first);
}

async function emptied(): Promise<void> {
	await server.other.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

describeBackfills("a server", async () => ({
	open: () => postgres.open(url()),
	query,
	[Symbol.asyncDispose]: emptied,
}));

describe("rounds on a server", () => {
	it("can be killed after any of them, and the next up goes on", async () => {
		onTestFinished(emptied);
		const script = fileURLToPath(new URL("../fixtures/backfill-process.ts", import.meta.url));
		for (let kill = 1; kill <= 2; kill++) {
			const child = spawn(process.execPath, [script, url(), JSON.stringify(FILES)], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			const exited = once(child, "exit");
			await Promise.race([once(child.stdout, "data"), exited]);
			child.kill("SIGKILL");
			await exited;
			expect(await query("SELECT version::int FROM schema_migrations")).toEqual([1]);
			expect(await query("SELECT count(b)::int FROM t")).toEqual([10 * kill]);
		}
		await using migrate = new Migrate({ source: memorySource({ ...FILES }), driver: await postgres.open(url()) });
		expect(await migrate.up()).toMatchObject({ to: 3n });
		expect(await query("SELECT count(*)::int FROM t WHERE b = id * 2")).toEqual([25]);
	});

	it.each(["before", "after"] as const)(
		"are counted once when the connection is lost %s the COMMIT of one",
		async (when) => {
			onTestFinished(emptied);
			await using proxy = await startProxy(server.port, { cut: { at: "20 rows", when } });
			const driver = await postgres.open(`${proxy.url}/postgres`);
			const rows: number[] = [];
			await using migrate = new Migrate({
				source: memorySource({ ...FILES }),
				driver,
				onEvent: (event) => event.type === "round" && rows.push(event.rows),
			});
			expect(await migrate.up()).toMatchObject({ to: 3n });
			expect(proxy.cuts).toBe(1);
			expect(rows).toEqual([10, 20, 25]);
			expect((await migrate.history()).filter(({ op }) => op === "round").map(({ note }) => note)).toEqual([
				"10 rows",
				"20 rows",
				"25 rows",
			]);
		},
	);

	it("leave the lock and the table to others in between", async () => {
		onTestFinished(emptied);
		let waiting: Promise<unknown> | undefined;
		await using driver = await postgres.open(url());
		await using migrate = new Migrate({
			source: memorySource({ ...FILES }),
			driver: await postgres.open(url()),
			onEvent(event) {
				if (event.type !== "round" || event.rows !== 10) return;
				waiting = server.other
					.query("INSERT INTO t (id) VALUES (100)")
					.then(() => driver.lock({ timeoutMs: 10_000 }))
					.then(() => driver.unlock());
			},
		});
		await migrate.up();
		await waiting;
		expect(await query("SELECT count(*)::int FROM t WHERE b = id * 2")).toEqual([26]);
	});
});
