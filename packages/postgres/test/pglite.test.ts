import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { pglite } from "../src/index.ts";

const source = memorySource({
	"1_a.up.sql": "CREATE TABLE a (b int); INSERT INTO a VALUES (1);",
	"2_c.up.sql": "-- godwit: no-transaction\nVACUUM a;",
});

describe("pglite", () => {
	// The first open makes the files of a whole server, which takes most of the time of this test.
	it("keeps a folder, and keeps other drivers off it while it is open", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		const url = `pglite://${folder}/new/database`;
		{
			await using migrate = new Migrate({ source, driver: await pglite.open(url) });
			expect((await migrate.up()).applied).toHaveLength(2);
			await using other = await pglite.open(`${url}?x-lock-timeout=0`);
			await expect(other.version()).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
			expect(await versionInAnotherProcess(`${url}?x-lock-timeout=0`)).toBe("ERR_LOCK_TIMEOUT");
		}
		await using again = await pglite.open(url);
		expect(await again.version()).toMatchObject({ version: 2n, dirty: false });
	});

	it("has a database in memory that ends with it", async () => {
		for (const applied of [2, 2]) {
			await using migrate = new Migrate({ source, driver: await pglite.open("pglite://:memory:") });
			expect((await migrate.up()).applied).toHaveLength(applied);
		}
	});

	it("works on an open database of the caller's, and leaves it open and its settings as they were", async () => {
		const database = await PGlite.create();
		onTestFinished(() => database.close());
		await database.exec("CREATE SCHEMA apart; SET search_path = apart; SET work_mem = '9MB'");
		{
			await using migrate = new Migrate({ source, driver: pglite.withInstance(database) });
			expect((await migrate.up()).applied).toHaveLength(2);
		}
		const { rows } = await database.query(
			"SELECT version, current_setting('work_mem') AS memory FROM apart.schema_migrations",
		);
		expect(rows).toEqual([{ version: 2, memory: "9MB" }]);
		await database.exec("BEGIN");
		await using driver = pglite.withInstance(database);
		await expect(driver.version()).rejects.toThrow("is in a transaction; end it");
		await database.exec("ROLLBACK");
	});

	it("names baseline to a first up that makes what is there already", async () => {
		const database = await PGlite.create();
		onTestFinished(() => database.close());
		const failure = async (text: string): Promise<Error> => {
			await using migrate = new Migrate({
				source: memorySource({ "1_a.up.sql": text }),
				driver: pglite.withInstance(database),
			});
			return await migrate.up().then(
				() => expect.fail("it ran"),
				(error: Error) => error,
			);
		};
		const twice = await failure("CREATE TABLE users (a int); CREATE TABLE users (a int);");
		expect(twice.message).toMatch(/not dirty$/);
		const there = [
			"CREATE TABLE users (a int);",
			"ALTER TABLE users ADD COLUMN b int;",
			"CREATE INDEX by_b ON users (b);",
			"CREATE TYPE mood AS ENUM ('sad');",
			"CREATE SCHEMA apart;",
			"CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';",
		];
		await database.exec(there.join("\n"));
		for (const text of there) {
			const error = await failure(text);
			expect(error.message).toMatch(/not dirty; something that .* "godwit baseline V" compares the two, records/);
			expect(error.cause).toMatchObject({ code: "ERR_SQL", details: { exists: true } });
		}
		expect((await failure("INSERT INTO gone VALUES (1);")).message).toMatch(/not dirty$/);
	});

	it("says that a file is no database, and leaves nothing beside it", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		writeFileSync(join(folder, "package.json"), "{}");
		await using driver = await pglite.open(`pglite://${folder}/package.json`);
		await expect(driver.version()).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("package.json is a file, and a database of PGlite is a folder; name"),
		});
		expect(readdirSync(folder)).toEqual(["package.json"]);
	});

	it("keeps a folder under one lock, by whatever link it is opened", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		mkdirSync(join(folder, "real"));
		symlinkSync(join(folder, "real"), join(folder, "link"));
		await using migrate = new Migrate({ source, driver: await pglite.open(`pglite://${folder}/link`) });
		expect((await migrate.up()).applied).toHaveLength(2);
		for (const name of ["real", "link"]) {
			await using other = await pglite.open(`pglite://${folder}/${name}?x-lock-timeout=0`);
			await expect(other.version()).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		}
		expect(readdirSync(folder).filter((name) => name.endsWith(".godwit-lock"))).toEqual(["real.godwit-lock"]);
	});

	it.each([
		["a link to nothing", "link", "is a symbolic link to something that is not there; make that folder"],
		["a folder of another server", "foreign", "PGlite cannot open it, as a database of PostgreSQL 15: "],
		["a folder in a file", "file/folder", "its folder cannot be made: "],
	])("says in words what is in the way: %s", async (_, path, message) => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		symlinkSync(join(folder, "nothing"), join(folder, "link"));
		mkdirSync(join(folder, "foreign"));
		writeFileSync(join(folder, "foreign/PG_VERSION"), "15\n");
		writeFileSync(join(folder, "file"), "");
		await using migrate = new Migrate({ source, driver: await pglite.open(`pglite://${folder}/${path}`) });
		await expect(migrate.up()).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining(message),
		});
	});

	it("answers reads of a database that is not there as those of an empty one, and makes nothing", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		mkdirSync(join(folder, "empty"));
		for (const path of ["mistyped/path", "empty"]) {
			const url = `pglite://${folder}/${path}`;
			await using driver = await pglite.open(url);
			await using migrate = new Migrate({ source, driver });
			await driver.ready?.({ timeoutMs: 0 });
			expect(await migrate.version()).toEqual({ version: -1n, dirty: false });
			expect(await migrate.status()).toMatchObject({
				version: -1n,
				migrations: [{ state: "pending" }, { state: "pending" }],
			});
			expect(await driver.history?.read()).toMatchObject({ version: -1n, events: [] });
			expect(await driver.missingFile?.()).toBe(join(folder, path));
			expect(await migrate.rehearse()).toMatchObject({ from: -1n, to: 2n });
			expect(await pglite.breakLocks(url, async () => true)).toBe(0);
		}
		expect(readdirSync(folder)).toEqual(["empty"]);
		expect(readdirSync(join(folder, "empty"))).toEqual([]);
	});

	it("does not write into a folder with other files", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		writeFileSync(join(folder, "package.json"), "{}");
		await using migrate = new Migrate({ source, driver: await pglite.open(`pglite://${folder}`) });
		const message = "is a folder with other files in it, such as package.json, and no database of PGlite";
		for (const call of [migrate.version(), migrate.up()]) await expect(call).rejects.toThrow(message);
		expect(readdirSync(folder)).toEqual(["package.json"]);
	});

	it.each([
		["pglite://", "names no folder"],
		["pglite://a%zz", "begins no percent-encoding"],
		["pglite://me:secret@host/x", "no users and passwords"],
		["pglite://a?sslmode=require", "there is no option sslmode"],
	])("refuses %s", async (url, message) => {
		await expect(pglite.open(url)).rejects.toThrow(message);
	});
});

/** The version that a process of its own reads, or the code of its error. */
async function versionInAnotherProcess(url: string): Promise<string> {
	const program = `
		import { pglite } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
		const driver = await pglite.open(process.argv[1]);
		await driver.version().then(({ version }) => console.log(String(version)), ({ code }) => console.log(code));
		await driver.close();
	`;
	return new Promise((resolve, reject) => {
		execFile(process.execPath, ["--input-type=module", "--eval", program, url], (error, stdout) =>
			error === null ? resolve(stdout.trim()) : reject(error),
		);
	});
}
