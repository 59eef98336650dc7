import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, type BackendName, factoryOf } from "./backends.ts";
import { GATE } from "./gate.ts";
import { createPlace, exec, type Place, query } from "./place.ts";
import { startThread } from "./runner.ts";
import { type Ran, sqlProcess } from "./sql-process.ts";

const FILES = { "1_a.up.sql": "CREATE TABLE a (x);" };
const OTHERS = BACKENDS.filter((backend) => backend !== "sqlite-native");

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, "CREATE TABLE t (x);");
});

describe("a connection of better-sqlite3 that one thread has lent", () => {
	it.each(OTHERS)("keeps its locks: %s is refused by name in another thread", async (backend) => {
		const lent = new BetterSqlite3(place.path, { timeout: 0 });
		onTestFinished(() => void lent.close());
		await using driver = sqliteNative.withInstance(lent);
		lent.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (1);");
		await using thread = await startThread();
		for (const files of [FILES, undefined]) {
			expect(await thread.run({ backend, path: place.path, ...(files && { files }) })).toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringContaining("is open in another thread of this process through better-sqlite3"),
			});
		}
		expect(await outsider("INSERT INTO t VALUES (2);")).toEqual({ error: "SQLITE_BUSY" });
		lent.exec("COMMIT");
		await driver.close();
		expect(await thread.run({ backend, path: place.path, files: FILES })).toMatchObject({ applied: 1 });
		expect(query(place.path, "SELECT x FROM t")).toEqual([[1]]);
	});

	it("does not keep another thread from the same library", async () => {
		const lent = new BetterSqlite3(place.path);
		onTestFinished(() => void lent.close());
		await using _driver = sqliteNative.withInstance(lent);
		await using thread = await startThread();
		expect(await thread.run({ backend: "sqlite-native", path: place.path, files: FILES })).toMatchObject({
			applied: 1,
		});
	});
});

describe("a run in one thread", () => {
	it("that is terminated keeps nobody out", async () => {
		const thread = await startThread();
		const ended = thread
			.run({
				backend: "sqlite-native",
				path: place.path,
				files: { "1_a.up.sql": `INSERT INTO t VALUES (1);\n${GATE}` },
			})
			.catch(() => {});
		await thread.atGate();
		await thread.kill();
		await ended;
		expect(await read("sqlite-node")).toBe(-1n);
	});
});

async function read(backend: BackendName): Promise<bigint> {
	await using driver = await factoryOf(backend).open(`${backend}://${place.path}`);
	return (await driver.version()).version;
}

/** What an application in another process is told. */
async function outsider(sql: string): Promise<Ran> {
	await using application = await sqlProcess(place.path);
	return await application.run(sql);
}
