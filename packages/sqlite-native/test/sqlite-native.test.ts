import { copyFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import Module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMigrateError } from "@godwit/core";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteNative } from "../src/index.ts";

describe("sqliteNative", () => {
	let folder: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-native-"));
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
		return promise.then(
			() => undefined,
			(error: unknown) => error,
		);
	}

	const refusal = (url: string): Promise<unknown> => rejectionOf(sqliteNative.open(url));

	it.each(["app.db", "%3Amemory%3A"])(
		"says so on a Node that better-sqlite3 crashes on, and opens nothing: %s",
		async (name) => {
			const { versions } = process;
			Object.defineProperty(process, "versions", { value: { ...versions, node: "20.19.0" }, configurable: true });
			try {
				const error = await refusal(`sqlite-native://${name === "app.db" ? `${folder}/` : ""}${name}`);
				expect(isMigrateError(error, "ERR_RUNTIME") && error.details).toEqual({ required: "22", found: "20.19.0" });
				expect(error).toHaveProperty(
					"message",
					"better-sqlite3 needs Node 22 or newer, and this is Node 20.19.0; use a newer Node, or sqlite-wasm",
				);
			} finally {
				Object.defineProperty(process, "versions", { value: versions, configurable: true });
			}
			expect(readdirSync(folder)).toEqual([]);
		},
	);

	async function refusalWhereItCannotBeFound(error: Error): Promise<unknown> {
		const resolver = Module as unknown as { _resolveFilename: (request: string, ...rest: unknown[]) => string };
		const { _resolveFilename: resolve } = resolver;
		resolver._resolveFilename = (request, ...rest) => {
			if (request === "better-sqlite3") throw error;
			return resolve(request, ...rest);
		};
		try {
			return await refusal(`sqlite-native://${folder}/app.db`);
		} finally {
			resolver._resolveFilename = resolve;
		}
	}

	it("says what to install where better-sqlite3 is not, and makes nothing", async () => {
		const missing = Object.assign(new Error("Cannot find module 'better-sqlite3'"), { code: "MODULE_NOT_FOUND" });
		const error = await refusalWhereItCannotBeFound(missing);
		expect(isMigrateError(error, "ERR_PACKAGE_NOT_FOUND") && error.details).toEqual({
			package: "better-sqlite3",
			places: [import.meta.resolve("../src/sqlite-native.ts"), process.argv[1]],
		});
		expect(error).toHaveProperty("message", expect.stringContaining("npm install better-sqlite3"));
		expect(readdirSync(folder)).toEqual([]);
	});

	it("tells why better-sqlite3 cannot be looked for", async () => {
		const broken = Object.assign(new Error("Invalid package config"), { code: "ERR_INVALID_PACKAGE_CONFIG" });
		expect(await refusalWhereItCannotBeFound(broken)).toBe(broken);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("takes a database of the caller's on such a Node, on which it works without its own copy", async () => {
		const { versions } = process;
		const database = new BetterSqlite3(join(folder, "app.db"));
		Object.defineProperty(process, "versions", { value: { ...versions, node: "20.19.0" }, configurable: true });
		try {
			await using driver = sqliteNative.withInstance(database);
			await driver.setVersion({ version: 1n, dirty: false });
			expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		} finally {
			Object.defineProperty(process, "versions", { value: versions, configurable: true });
		}
		database.close();
	});

	it.each([
		["app.db%20", "rename the file"],
		["%20", "rename the file"],
		["app.db%0A", "take it out"],
		["app.db%0D", "take it out"],
	])("refuses %s, whose last character better-sqlite3 would cut off, before anything is made", async (name, advice) => {
		const url = `sqlite-native://${folder}/${name}`;
		const error = await refusal(url);
		expect(isMigrateError(error, "ERR_INVALID_URL") && error.message).toContain(advice);
		expect(readdirSync(folder)).toEqual([]);
	});

	it("refuses a link to a file of such a name, and takes a link of such a name to another", async () => {
		symlinkSync("app.db ", join(folder, "app.db"));
		expect(isMigrateError(await refusal(`sqlite-native://${folder}/app.db`), "ERR_INVALID_URL")).toBe(true);
		symlinkSync("good.db", join(folder, "link "));
		await using driver = await sqliteNative.open(`sqlite-native://${folder}/link%20`);
		await driver.setVersion({ version: 1n, dirty: false });
		expect(readdirSync(folder).sort()).toEqual(["app.db", "good.db", "link "]);
	});

	it("says why a file cannot be opened", async () => {
		const error = await refusal(`sqlite-native://${folder}/${"x".repeat(300)}.db`);
		expect(isMigrateError(error, "ERR_DATABASE")).toBe(true);
	});

	it("reads a missing file as an empty database, and does not make it", async () => {
		await using driver = await sqliteNative.open(`sqlite-native://${folder}/app.db`);
		expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
		expect(readdirSync(folder)).toEqual([]);
	});

	it("holds a native link for the length of a run", async () => {
		await using driver = await sqliteNative.open(`sqlite-native://${folder}/app.db`);
		await driver.lock();
		expect(readlinkSync(join(folder, "app.db.lock"))).toMatch(/^godwit1 native /);
		await driver.unlock();
		expect(readdirSync(folder)).toEqual(["app.db"]);
	});

	it("works by URL beside a database of the caller's, which is of the same copy of the library", async () => {
		const database = new BetterSqlite3(join(folder, "app.db"));
		await using lent = sqliteNative.withInstance(database);
		await using own = await sqliteNative.open(`sqlite-native://${folder}/app.db`);
		await lent.lock();
		await lent.setVersion({ version: 1n, dirty: false });
		expect(await own.version()).toMatchObject({ version: 1n, dirty: false });
		await lent.unlock();
		await own.lock();
		expect(await lent.version()).toMatchObject({ version: 1n, dirty: false });
		await own.unlock();
		await lent.close();
		database.close();
	});

	it.runIf(process.platform === "linux")("refuses a database of a second copy of the library on a file", async () => {
		new BetterSqlite3(":memory:").close();
		const [loaded = ""] = /\S+better-sqlite3\S+\.node/.exec(readFileSync("/proc/self/maps", "utf8")) ?? [];
		const nativeBinding = join(folder, "copy.node");
		copyFileSync(loaded, nativeBinding);
		const path = join(folder, "app.db");
		const [one, two] = [new BetterSqlite3(path), new BetterSqlite3(path, { nativeBinding })];
		await using first = sqliteNative.withInstance(one);
		expect(() => sqliteNative.withInstance(two)).toThrow(/two SQLite libraries in one process/);
		await using own = await sqliteNative.open(`sqlite-native://${path}`);
		expect(await own.version()).toMatchObject({ version: -1n, dirty: false });
		await first.close();
		await using second = sqliteNative.withInstance(two);
		expect(await rejectionOf(own.lock())).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("two SQLite libraries in one process"),
		});
		await second.lock();
		await second.unlock();
		await second.close();
		one.close();
		two.close();
	});
});
