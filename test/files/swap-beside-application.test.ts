import { Migrate, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, factoryOf } from "./backends.ts";
import { createPlace, exec, integrity, type Place, query } from "./place.ts";
import { type SqlProcess, sqlProcess } from "./sql-process.ts";

let place: Place;
let backup: string;

beforeEach(async () => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	backup = place.of("backup.db");
	for (const path of [place.path, backup]) exec(path, "CREATE TABLE a (x)");
	exec(backup, "INSERT INTO a VALUES ('restored')");
});

async function swap(backend: BackendName): Promise<void> {
	const driver = await factoryOf(backend).open(`sqlite://${place.path}?x-busy-timeout=100ms`);
	await using migrate = new Migrate({ source: memorySource({}), driver, lockTimeoutMs: 100 });
	await migrate.restore(backup, { swap: true });
}

async function application(mode: string): Promise<SqlProcess> {
	const started = await sqlProcess(place.path);
	onTestFinished(() => started.kill());
	await started.run(`PRAGMA journal_mode = ${mode}`);
	return started;
}

const rows = (): unknown => query(place.path, "SELECT x FROM a");

describe.each(["sqlite-native", "sqlite-wasm", "sqlite-node"] as const)("a swap on %s", (backend) => {
	describe.each(["memory", "off", "delete"])("beside an application with journal_mode = %s", (mode) => {
		it.each([
			["reads", ["BEGIN", "SELECT x FROM a"]],
			["writes", ["BEGIN IMMEDIATE", "INSERT INTO a VALUES ('application')"]],
		])("is refused as long as that %s, and changes nothing", async (_, statements) => {
			const other = await application(mode);
			for (const sql of statements) expect(await other.run(sql)).not.toHaveProperty("error");
			await expect(swap(backend)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(BUSY|LOCK_TIMEOUT)$/) });
			expect(await other.run("INSERT INTO a VALUES ('later')")).toEqual({ rows: [] });
			expect(await other.run("COMMIT")).toEqual({ rows: [] });
			await other.kill();
			expect(rows()).toContainEqual(["later"]);
			expect(integrity(place.path)).toBe("ok");
		});

		it("is found out by one that waits: nothing that it writes is lost without an error", async () => {
			const other = await application(mode);
			expect(await other.run("SELECT x FROM a")).toEqual({ rows: [] });
			await swap(backend);
			expect(await other.run("INSERT INTO a VALUES ('lost')")).toEqual({ error: "SQLITE_NOTADB" });
			expect(await other.run("SELECT x FROM a")).toEqual({ error: "SQLITE_NOTADB" });
			await other.kill();
			expect(rows()).toEqual([["restored"]]);
			expect(integrity(place.path)).toBe("ok");
		});
	});

	it("replaces what an application without a journal has left, which was killed as it wrote", async () => {
		const other = await application("off");
		await other.run("BEGIN IMMEDIATE");
		await other.run("PRAGMA cache_size = 2");
		await other.run(
			"WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO a SELECT hex(randomblob(200)) FROM n",
		);
		await other.kill();
		await swap(backend);
		expect(rows()).toEqual([["restored"]]);
		expect(integrity(place.path)).toBe("ok");
	});
});
