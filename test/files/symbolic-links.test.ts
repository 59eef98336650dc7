import { mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { isMigrateError, textBody } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, PAIRS } from "./backends.ts";
import { GATE } from "./gate.ts";
import {
	accountValues,
	allAccounts,
	CREATE_ACCOUNTS,
	changeAccounts,
	createPlace,
	exec,
	integrity,
	type Place,
} from "./place.ts";
import { runOnce, startRunner } from "./runner.ts";

const { Database: WasmDatabase } = createRequire(import.meta.url)(
	"node-sqlite3-wasm",
) as typeof import("node-sqlite3-wasm");

let place: Place;
/** Where the link `app.db` leads. */
let real: string;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	mkdirSync(place.of("shared"));
	real = place.of("shared", "real.db");
	symlinkSync("shared/real.db", place.path);
});

describe("a symbolic link to a database that does not exist yet", () => {
	const FILES = { "1_make.up.sql": CREATE_ACCOUNTS, "2_change.up.sql": changeAccounts() + GATE };
	const NEXT = { ...FILES, "2_change.up.sql": changeAccounts() };

	it.each(PAIRS)("is recovered when %s was killed in its second migration and %s goes on", async (killed, next) => {
		{
			await using runner = await startRunner();
			const run = runner.run({ backend: killed, path: place.path, files: FILES });
			const ended = run.catch(() => {});
			await runner.atGate();
			await runner.kill();
			await ended;
		}
		expect(statSync(`${real}-journal`).size).toBeGreaterThan(4096);
		expect(place.files()).toEqual(["app.db", "shared"]);
		expect(await runOnce({ backend: next, path: place.path, files: NEXT })).toMatchObject({ applied: 1, version: "2" });
		expect(readdirSync(place.of("shared"))).toEqual(["real.db"]);
		expect(accountValues(real)).toEqual(allAccounts(2));
		expect(integrity(real)).toBe("ok");
	});

	it.each(BACKENDS)(
		"is one database with its target for %s: who uses the one waits for who uses the other",
		async (backend) => {
			await using runner = await startRunner();
			const run = runner.run({ backend, path: place.path, files: FILES });
			await runner.atGate();
			expect(await runOnce({ backend: "sqlite-wasm", path: real, files: NEXT, lockTimeoutMs: 1 })).toMatchObject({
				code: "ERR_LOCK_TIMEOUT",
				message: expect.stringContaining(`real.db.lock is held by process ${runner.pid} `),
			});
			runner.go();
			expect(await run).toMatchObject({ applied: 2 });
		},
	);
});

describe("withInstance over a database that was opened through a symbolic link", () => {
	beforeEach(() => exec(real, CREATE_ACCOUNTS));

	it("locks the file itself where the library follows links", async () => {
		const database = new BetterSqlite3(place.path);
		onTestFinished(() => void database.close());
		await using driver = sqliteNative.withInstance(database);
		await driver.lock();
		expect(readdirSync(place.of("shared"))).toContain("real.db.lock");
		expect(place.files()).toEqual(["app.db", "shared"]);
		await driver.run(textBody(changeAccounts()));
		await driver.unlock();
		database.close();
		expect(accountValues(real)).toEqual(allAccounts(2));
	});

	it("is refused where the library names journal and lock after the link", () => {
		const database = new WasmDatabase(place.path);
		onTestFinished(() => database.close());
		const make = (): unknown => sqliteWasm.withInstance(database);
		expect(make).toThrow(
			`app.db is a symbolic link, and node-sqlite3-wasm names journal and lock after it; open ${real}`,
		);
		try {
			make();
		} catch (error) {
			expect(isMigrateError(error, "ERR_DATABASE")).toBe(true);
		}
	});
});

describe("ATTACH through a symbolic link", () => {
	const files = (): Readonly<Record<string, string>> => ({
		"1_attach.up.sql": `ATTACH '${place.path}' AS o; ${changeAccounts("o")}`,
	});

	beforeEach(() => exec(real, CREATE_ACCOUNTS));

	it.each(["sqlite-native", "node-sqlite"] as const)("locks the file itself on %s", async (backend) => {
		expect(await runOnce({ backend, path: place.of("main.db"), files: files() })).toMatchObject({ applied: 1 });
		expect(accountValues(real)).toEqual(allAccounts(2));
	});

	it("is refused on sqlite-wasm, which names journal and lock after the link", async () => {
		expect(await runOnce({ backend: "sqlite-wasm", path: place.of("main.db"), files: files() })).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining(`attach ${real} itself`),
		});
		expect(accountValues(real)).toEqual(allAccounts(1));
	});
});
