import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, threeMigrations } from "./fixtures/godwit.ts";

const WITHOUT = "./without-libraries.ts";

describe.each(["sqlite", "sqlite3"])("the command with %s://", (scheme) => {
	const database = `${scheme}://app.db`;

	it.each([
		["better-sqlite3 where it is installed", [], "sqlite-native (better-sqlite3)"],
		["node:sqlite where it is not", [WITHOUT], "sqlite-node (node:sqlite)"],
	])("takes %s, as status says", async (_, imports, backend) => {
		const cwd = await folderOf(threeMigrations);
		expect(await godwit(["-path", "m", "-database", database, "up"], { cwd, imports })).toMatchObject({ code: 0 });
		const { stdout } = await godwit(["-path", "m", "-database", database, "status"], { cwd, imports });
		expect(stdout).toContain(`${database} is at version 3; 3 applied\nbackend: ${backend}\n`);
		const json = await godwit(["-path", "m", "-database", database, "-json", "status"], { cwd, imports });
		expect(JSON.parse(json.stdout)).toMatchObject({ backend });
	});
});

describe("the command with sqlite-native://", () => {
	it("says what to install where better-sqlite3 is not, and makes nothing", async () => {
		const cwd = await folderOf(threeMigrations);
		const up = ["-path", "m", "-database", "sqlite-native://app.db", "up"];
		expect(await godwit(up, { cwd, imports: [WITHOUT] })).toEqual({
			code: 1,
			stdout: "",
			stderr:
				"error: sqlite-native:// needs the package better-sqlite3, which is not installed beside godwit; npm install better-sqlite3 (a bundle does not contain it: install it where the bundle runs), or write sqlite-node://, which needs none\n",
		});
		expect(await readdir(cwd)).toEqual(["m"]);
	});
});

describe("a process that opens sqlite:// by URL", () => {
	it.each([
		["neither has been loaded", "", "sqlite-native"],
		["it has loaded node:sqlite", 'import "node:sqlite";', "sqlite-node"],
		["it has loaded better-sqlite3", 'import "better-sqlite3";', "sqlite-native"],
		["it has loaded both", 'import "node:sqlite"; import "better-sqlite3";', "sqlite-native"],
	])("takes the library that it has loaded already: %s", (_, imports, expected) => {
		const module = JSON.stringify(import.meta.resolve("../src/database/schemes/default-sqlite.ts"));
		const program = `${imports} import { defaultSqlite } from ${module}; console.log(defaultSqlite());`;
		const args = ["--no-warnings", "--input-type=module", "-e", program];
		expect(execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" })).toBe(`${expected}\n`);
	});

	it("migrates a file that the application has open through node:sqlite", async () => {
		const cwd = await folderOf(threeMigrations);
		const program = `
			import { createRequire } from "node:module";
			import { DatabaseSync } from "node:sqlite";
			import { Migrate } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
			const application = new DatabaseSync("app.db");
			await using migrate = await Migrate.open("file://m", "sqlite://app.db");
			const { to } = await migrate.up();
			const loaded = Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("better-sqlite3"));
			console.log(String(to), loaded, application.prepare("SELECT version FROM schema_migrations").get().version);`;
		const args = ["--no-warnings", "--input-type=module", "-e", program];
		expect(execFileSync(process.execPath, args, { cwd, encoding: "utf8" })).toBe("3 false 3\n");
	});
});
