import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Migrate, needsMigration, registerBuiltins, registeredDrivers, registeredSources } from "../src/index.ts";
import { folderOf, threeMigrations } from "./fixtures/godwit.ts";

describe("the package godwit", () => {
	it("registers its drivers and sources when it is imported", () => {
		expect(registeredDrivers()).toEqual([
			"ncruces-sqlite3",
			"pglite",
			"pgx5",
			"postgres",
			"postgresql",
			"sqlite",
			"sqlite-native",
			"sqlite-node",
			"sqlite-wasm",
			"sqlite3",
		]);
		expect(registeredSources()).toEqual(["file"]);
	});

	it.each(["sqlite-native", "sqlite3", "sqlite", "sqlite-node", "sqlite-wasm", "ncruces-sqlite3"])(
		"migrates %s:// by URL",
		async (scheme) => {
			const folder = await folderOf(threeMigrations);
			await using migrate = await Migrate.open(`file://${folder}/m`, `${scheme}://${join(folder, "app.db")}`);
			expect(await migrate.up()).toMatchObject({ from: -1n, to: 3n });
		},
	);
});

describe("Migrate.open", () => {
	it("takes paths, which are literal, from the working directory on", async () => {
		const folder = await folderOf(under("my 100% migrations?"));
		const program = `
			import { Migrate } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
			await using migrate = await Migrate.open("./m", "./a b%.db");
			console.log(String((await migrate.up()).to));`;
		expect(inProcess(program, join(folder, "my 100% migrations?"))).toBe("3\n");
		expect(await readdir(join(folder, "my 100% migrations?"))).toContain("a b%.db");
	});

	it("takes file URLs, which start from the module", async () => {
		const folder = await folderOf(under("my 100% migrations?"));
		const base = pathToFileURL(join(folder, "my 100% migrations?/app.js"));
		await using migrate = await Migrate.open(new URL("./m", base), new URL("./a%20b.db", base));
		expect(await migrate.up()).toMatchObject({ from: -1n, to: 3n });
		expect(await readdir(join(folder, "my 100% migrations?"))).toContain("a b.db");
		expect(await needsMigration(new URL("./m/", base), new URL("./a%20b.db", base))).toBe(false);
	});

	it("takes options of the database with a file URL", async () => {
		const folder = await folderOf(threeMigrations);
		const base = pathToFileURL(join(folder, "app.js"));
		const database = new URL("./a.db?x-migrations-table=steps", base);
		await using migrate = await Migrate.open(new URL("./m", base), database);
		await migrate.up();
		using read = new DatabaseSync(join(folder, "a.db"));
		expect(read.prepare("SELECT version FROM steps").get()).toEqual({ version: 3 });
	});

	it.each([
		["m", "./a.db", "the source URL has no scheme; for the path m write file://m"],
		["./m", "a.db", "the database URL has no scheme; for the path a.db write sqlite://a.db"],
		["./m", "undefined", "the database URL has no scheme; for the path undefined write sqlite://undefined"],
		[
			"./m",
			"./a.db?x-foo=1",
			"the database URL has no scheme; for the path ./a.db write sqlite://./a.db?..., or %3F in place of the ? where it belongs to the path",
		],
		["./m", "file:a.db", expect.stringContaining("for a database in a file write sqlite://a.db")],
	])("makes no file of a name that may be something else: %s, %s", async (source, database, message) => {
		const folder = await folderOf(threeMigrations);
		const program = `
			import { Migrate } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
			await Migrate.open(...process.argv.slice(1)).catch((error) => console.log(error.message));`;
		expect(inProcess(program, folder, source, database).trimEnd()).toEqual(message);
		expect(await readdir(folder)).toEqual(["m"]);
	});
});

/** The three migrations in a folder of their own. */
function under(folder: string): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(threeMigrations).map(([path, text]) => [join(folder, path), text]));
}

/** Runs a program that has a working directory of its own. */
function inProcess(program: string, cwd: string, ...args: readonly string[]): string {
	return execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program, ...args], {
		cwd,
		encoding: "utf8",
	});
}

describe("registerBuiltins", () => {
	it("does nothing the second time", () => {
		expect(registerBuiltins).not.toThrow();
	});
});
