import { readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, threeMigrations, withoutTimes } from "../fixtures/godwit.ts";
import { MINI_DRIVER, PAIR_SOURCE, pluginProject } from "../fixtures/plugin-project.ts";

const mini = { "godwit-driver-mini": MINI_DRIVER };
const manifest = { dependencies: { "godwit-driver-mini": "*" } };
const up = ["-path", "m", "-database", "mini://db.json", "up"];

describe("a driver in a package of the project", () => {
	it.each(["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"])(
		"is used when the %s of package.json name it",
		async (kind) => {
			const cwd = await pluginProject({
				manifest: { [kind]: { "godwit-driver-mini": "*" } },
				packages: mini,
				files: threeMigrations,
			});
			const { code, stderr } = await godwit(up, { cwd });
			expect({ code, stderr: withoutTimes(stderr) }).toEqual({
				code: 0,
				stderr: "1/u users (TIME)\n2/u posts (TIME)\n3/u tags (TIME)\n",
			});
			expect(await godwit(["-database", "mini://db.json", "version"], { cwd })).toEqual({
				code: 0,
				stdout: "3\n",
				stderr: "",
			});
		},
	);

	it("may have a scope, and is found from a folder further down", async () => {
		const cwd = await pluginProject({
			manifest: { dependencies: { "@birds/godwit-driver-mini": "*" } },
			packages: { "@birds/godwit-driver-mini": MINI_DRIVER },
			files: { "a/b/1_a.up.sql": "" },
		});
		const { stderr } = await godwit(["-path", ".", "-database", "MINI://db.json", "up"], { cwd: join(cwd, "a/b") });
		expect(withoutTimes(stderr)).toBe("1/u a (TIME)\n");
		expect(await readFile(join(cwd, "a/b/db.json"), "utf8")).toBe('{"version":"1","dirty":false}');
	});

	it("has its errors understood, though it has a copy of @godwit/core of its own", async () => {
		const cwd = await pluginProject({ manifest, packages: mini, files: { "m/1_a.up.sql": "fail" } });
		const { code, stdout, stderr } = await godwit([...up, "-json"], { cwd });
		expect(code).toBe(1);
		expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
			type: "error",
			code: "ERR_MIGRATION_FAILED",
		});
		expect(stderr).toContain("m/1_a.up.sql:1:1: it fails\n  1 | fail\n    | ^\n");
		const invalid = await godwit(["-database", "mini://", "version", "-json"], { cwd });
		expect(JSON.parse(invalid.stdout)).toMatchObject({ code: "ERR_INVALID_URL" });
	});

	it("cannot unlock without breakLocks", async () => {
		const cwd = await pluginProject({ manifest, packages: mini });
		const without = await godwit(["-database", "mini://db.json", "unlock", "-f"], { cwd });
		expect(without.code).toBe(1);
		expect(without.stderr).toContain("the driver of mini:// cannot clear a lock (it has no breakLocks)");
	});

	it("has all the methods of its factory, which may be frozen, called on it", async () => {
		const code = `${MINI_DRIVER.replace("export const driver", "const made")}
			export const driver = Object.freeze({ ...made, async breakLocks() { return this.count; }, count: 3 });`;
		const cwd = await pluginProject({ manifest, packages: { "godwit-driver-mini": code }, files: threeMigrations });
		expect((await godwit(up, { cwd })).code).toBe(0);
		const { stderr } = await godwit(["-database", "mini://db.json", "unlock", "-f"], { cwd });
		expect(stderr).toBe("locks cleared: 3\n");
	});

	it("is not used when package.json does not name it", async () => {
		const cwd = await pluginProject({
			manifest: { dependencies: { birds: "*" } },
			packages: { ...mini, birds: 'import "godwit-driver-mini";' },
			files: threeMigrations,
		});
		const { code, stderr } = await godwit(up, { cwd });
		expect(code).toBe(1);
		expect(stderr).toBe(
			`error: no driver for the scheme "mini" (known are ncruces-sqlite3, pglite, pgx5, postgres, postgresql, sqlite, sqlite-native, sqlite-node, sqlite-wasm, sqlite3; another is a package godwit-driver-mini, or one that a configuration names in "drivers", among the dependencies of ${join(await realpath(cwd), "package.json")})\n`,
		);
	});

	it("is named when the scheme is misspelt", async () => {
		const cwd = await pluginProject({ manifest, packages: mini, files: threeMigrations });
		const { stderr } = await godwit(["-path", "m", "-database", "minni://db.json", "up"], { cwd });
		expect(stderr).toContain('error: no driver for the scheme "minni"; did you mean "mini"? (known are mini, ncruces');
	});

	it.each([
		{ what: "is not installed", code: undefined, error: /^godwit-driver-mini, which .+ names, cannot be found; is it/ },
		{
			what: "exports no driver",
			code: "export const a = 1, b = 2;",
			error: 'godwit-driver-mini exports no "driver"; it exports a, b',
		},
		{
			what: "exports something else as driver",
			code: "export function driver() {}",
			error:
				'what godwit-driver-mini exports as "driver" is no driver: it has no method open(url); it is [Function: driver]',
		},
		{
			what: "throws as it is loaded",
			code: 'throw new Error("no libmini");',
			error: "godwit-driver-mini cannot be loaded: no libmini",
		},
		{
			what: "throws what is no error",
			code: "throw { reason: 1 };",
			error: "godwit-driver-mini cannot be loaded: { reason: 1 }",
		},
		{
			what: "opens what is no driver",
			code: "export const driver = { open: async () => ({ lock() {}, unlock() {}, run() {}, drop() {}, close() {} }) };",
			error: "what open(url) of godwit-driver-mini gave is no driver: it has no setVersion, no version",
		},
		{
			what: "opens what cannot be disposed of",
			code: "export const driver = { open: async () => ({ lock() {}, unlock() {}, run() {}, setVersion() {}, version() {}, drop() {}, close() {} }) };",
			error: "what open(url) of godwit-driver-mini gave is no driver: it has no [Symbol.asyncDispose]",
		},
		{
			what: "opens nothing",
			code: "export const driver = { async open() {} };",
			error: "what open(url) of godwit-driver-mini gave is no driver: it has no lock, no unlock, no run",
		},
	])("is an error that says so when it $what", async ({ code, error }) => {
		const packages = code === undefined ? {} : { "godwit-driver-mini": code };
		const cwd = await pluginProject({ manifest, packages, files: threeMigrations });
		const outcome = await godwit(up, { cwd });
		expect(outcome.code).toBe(1);
		const [first = ""] = outcome.stderr.replace("error: ", "").split("\n");
		if (typeof error === "string") expect(first.slice(0, error.length)).toBe(error);
		else expect(first).toMatch(error);
	});

	it("shows where it fails with -verbose", async () => {
		const packages = { "godwit-driver-mini": 'throw new Error("no libmini");' };
		const cwd = await pluginProject({ manifest, packages, files: threeMigrations });
		const { stderr } = await godwit(["-verbose", ...up], { cwd });
		expect(stderr).toContain("node_modules/godwit-driver-mini/index.js:1:7");
	});

	it("is an error when two packages bring the same scheme", async () => {
		const both = { "godwit-driver-mini": MINI_DRIVER, "@birds/godwit-driver-mini": MINI_DRIVER };
		const cwd = await pluginProject({ manifest: { dependencies: both }, packages: both, files: threeMigrations });
		const { code, stderr } = await godwit(up, { cwd });
		expect(code).toBe(1);
		expect(stderr).toContain("godwit-driver-mini and @birds/godwit-driver-mini of ");
		expect(stderr).toContain("package.json are all for mini://; remove all but one");
	});
});

describe("a driver that a configuration names", () => {
	const config = (drivers: object): string =>
		JSON.stringify({ source: "file://m", database: "mini://db.json", drivers });

	it("is a package among the dependencies, or a file of the project", async () => {
		const cwd = await pluginProject({
			manifest: { dependencies: { birds: "*" } },
			packages: { birds: MINI_DRIVER },
			files: { ...threeMigrations, "driver.mjs": MINI_DRIVER, "godwit.config.json": config({ mini: "birds" }) },
		});
		expect((await godwit(["up", "1"], { cwd })).code).toBe(0);
		await writeFile(join(cwd, "godwit.config.json"), config({ mini: "./driver.mjs" }));
		expect(await godwit(["version"], { cwd })).toEqual({ code: 0, stdout: "1\n", stderr: "" });
	});

	it.each([
		[
			{ mini: "birds" },
			"mini://db",
			/"drivers" in godwit\.config\.json names the package birds, which is not among the/,
		],
		[
			{ mini: "../birds.mjs" },
			"mini://db",
			/names \.\.\/birds\.mjs, which is not in the project \/.*; move the file there/,
		],
		[
			{ sqlite: "birds" },
			"sqlite://a.db",
			/"drivers" in godwit\.config\.json names a package for sqlite:\/\/, which godwit/,
		],
	])("is refused when it is %j", async (drivers, database, error) => {
		const files = { ...threeMigrations, "godwit.config.json": config(drivers) };
		const cwd = await pluginProject({ manifest: {}, packages: { birds: MINI_DRIVER }, files });
		const { code, stderr } = await godwit(["-database", database, "up"], { cwd });
		expect(code).toBe(1);
		expect(stderr).toMatch(error);
	});
});

describe("a source in a package of the project", () => {
	const sources = { dependencies: { "godwit-source-pair": "*" } };

	it("is used when its scheme asks for it, also by force", async () => {
		const cwd = await pluginProject({ manifest: sources, packages: { "godwit-source-pair": PAIR_SOURCE } });
		const flags = ["-source", "pair://", "-database", "sqlite-native://a.db"];
		const { stderr } = await godwit([...flags, "up"], { cwd, stdin: "" });
		expect(stderr).toContain('near "a": syntax error');
		expect((await godwit([...flags, "force", "2"], { cwd })).stderr).toBe("");
		expect((await godwit([...flags, "force", "3"], { cwd })).stderr).toContain("notice: version 3 is recorded, and");
		const unknown = await godwit(["-source", "s3://b", "-database", "sqlite-native://a.db", "force", "2"], { cwd });
		expect(unknown.code).toBe(0);
		expect(unknown.stderr).toContain('is not known: no source for the scheme "s3"');
	});

	it("is an error when what it opens cannot be disposed of", async () => {
		const code = `export const source = { open: async () => ({ versions() {}, readUp() {}, readDown() {}, close() {} }) };`;
		const cwd = await pluginProject({ manifest: sources, packages: { "godwit-source-pair": code } });
		const missing = "error: what open(url) of godwit-source-pair gave is no source: it has no [Symbol.asyncDispose]\n";
		for (const args of [["check"], ["seal"], ["-database", "sqlite-native://a.db", "up"]]) {
			expect((await godwit(["-source", "pair://", ...args], { cwd })).stderr, args.join(" ")).toBe(missing);
		}
	});

	it("is an error that says so when there is none, or it is none", async () => {
		const cwd = await pluginProject({
			manifest: sources,
			packages: { "godwit-source-pair": "export const driver = {};" },
		});
		const flags = ["-database", "sqlite-native://a.db", "up"];
		expect((await godwit(["-source", "pair://", ...flags], { cwd })).stderr).toBe(
			'error: godwit-source-pair exports no "source"; it exports driver\n',
		);
		expect((await godwit(["-source", "s3://bucket", ...flags], { cwd })).stderr).toContain(
			'error: no source for the scheme "s3" (known are file, pair; another is a package godwit-source-s3, or one that',
		);
	});
});

describe("a package.json", () => {
	it.each([
		["{", /^error: .+package\.json is not JSON: .+\(line 1 column 2\)/],
		["[]", /^error: .+package\.json does not hold an object\n$/],
		[
			'{"dependencies": ["a"]}',
			/^error: "dependencies" in .+package\.json is not an object of packages and versions\n$/,
		],
	])("that is %s is an error when a package is needed, and for nothing else", async (text, error) => {
		const cwd = await pluginProject({ manifest: text, files: threeMigrations });
		expect((await godwit(up, { cwd })).stderr).toMatch(error);
		expect((await godwit(["-path", "m", "-database", "sqlite-native://a.db", "up"], { cwd })).code).toBe(0);
		const { code, stdout } = await godwit(["help"], { cwd });
		expect(code).toBe(0);
		expect(stdout).toMatch(/\nDatabases and sources of packages are not known: .+package\.json/);
	});

	it("may be missing", async () => {
		const cwd = await folderOf(threeMigrations);
		const { stderr } = await godwit(up, { cwd });
		expect(stderr).toContain("among the dependencies of a package.json, and there is none here)");
		const oneLetter = await godwit(["-database", "x://db", "version"], { cwd });
		expect(oneLetter.stderr).toContain("another is a package godwit-driver-x,");
		const drive = await godwit(["-database", "c:/app.db", "version"], { cwd });
		expect(drive.stderr).toMatch(/cannot open c:\/app\.db: there is no folder /);
	});

	it("is not where godwit looks for a scheme of its own", async () => {
		const manifest = { dependencies: { "godwit-driver-sqlite": "*", "godwit-driver-mini": "*" } };
		const cwd = await pluginProject({ manifest, packages: {} });
		expect((await godwit(["help"], { cwd })).stdout).toMatch(/\nDatabases of \S+: mini \(godwit-driver-mini\)\n/);
		const { stderr } = await godwit(["-database", "none://a", "version"], { cwd });
		expect(stderr.match(/\bsqlite,/g)).toHaveLength(1);
	});

	it("is what help lists databases and sources from, without loading them", async () => {
		const cwd = await pluginProject({
			manifest: {
				dependencies: { "godwit-driver-mini": "*", "godwit-source-pair": "*" },
				devDependencies: { "@a/godwit-driver-b": "*" },
			},
			packages: { "godwit-driver-mini": 'throw new Error("loaded");' },
		});
		for (const args of [["help"], ["-help"]]) {
			const { stdout } = await godwit(args, { cwd });
			const place = join(await realpath(cwd), "package.json");
			expect(stdout).toContain(
				`\nSources of ${place}: pair (godwit-source-pair)\nDatabases of ${place}: mini (godwit-driver-mini), b (@a/godwit-driver-b)\n`,
			);
		}
	});

	it("is what help lists databases and sources from that only a configuration in JSON names", async () => {
		const config = { drivers: { small: "./driver.js", wee: "wee-driver" }, sources: { two: "two-source" } };
		const listed =
			"\nSources of CONFIG: two (two-source)\nDatabases of CONFIG: small (./driver.js), wee (wee-driver)\n";
		const files = { "package.json": "{}", "godwit.config.json": JSON.stringify(config) };
		const { stdout } = await godwit(["help"], { cwd: await folderOf(files) });
		expect(stdout).toContain(listed.replaceAll("CONFIG", "godwit.config.json"));
		const manifest = await folderOf({ "package.json": JSON.stringify({ godwit: config }) });
		expect((await godwit(["-help"], { cwd: manifest })).stdout).toContain(
			listed.replaceAll("CONFIG", "package.json#godwit"),
		);
	});

	it.each([
		[
			"godwit.config.mjs",
			'throw new Error("was run");',
			"godwit.config.mjs is not run for the help: databases and sources that it may name are not listed",
		],
		[
			"godwit.config.json",
			'{ "drivers": 1 }',
			"Databases and sources of the configuration are not known: godwit.config.json:1:3: drivers must be an object, and is a value of type number",
		],
		[
			"godwit.config.json",
			'{ "sources"',
			"Databases and sources of the configuration are not known: godwit.config.json:1:12: this is not valid JSON; mend it here or just before",
		],
	])("may be a configuration that help does not take, which is no error: %s with %s", async (name, text, line) => {
		const cwd = await folderOf({ "package.json": "{}", [name]: text });
		const { code, stdout } = await godwit(["help"], { cwd });
		expect(code).toBe(0);
		expect(stdout.trimEnd().split("\n").at(-1)).toBe(line);
	});
});
