import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import checkSchema from "../../schemas/check.schema.json" with { type: "json" };
import lineSchema from "../../schemas/line.schema.json" with { type: "json" };
import statusSchema from "../../schemas/status.schema.json" with { type: "json" };
import { folderOf, godwit, type Outcome, threeMigrations } from "../fixtures/godwit.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, formats: { "date-time": true } });
ajv.addSchema(statusSchema);
const validCheck = ajv.compile(checkSchema);
const validLine = ajv.compile(lineSchema);

async function check(files: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome> {
	return godwit(["-path", "m", "check", ...args], { cwd: await folderOf(files) });
}

const broken = {
	"m/1_a.up.sql": "CREATE TABLE a (id SERIAL PRIMARY KEY);",
	"m/1_a.down.sql": "DROP TABLE a;\n\n DROP TABLE b;",
	"m/2_b.up.sql": "SELECT 1;",
};

describe("godwit check", () => {
	it("needs no database and no variable with its URL, and makes no file", async () => {
		const configured = { ...threeMigrations, "package.json": '{ "godwit": { "database": "env:NOT_SET" } }' };
		const cwd = await folderOf(configured);
		expect(await godwit(["-path", "m", "check"], { cwd })).toEqual({
			code: 0,
			stdout: "3 migrations checked: 0 errors, 0 warnings, 0 notes; no seal, which godwit seal makes\n",
			stderr: "",
		});
		expect(readdirSync(cwd).sort()).toEqual(["m", "package.json"]);
	});

	it("names file, line and column, and exits with 4", async () => {
		const { code, stdout } = await check(broken);
		expect(code).toBe(4);
		expect(stdout).toMatch(/^m\/1_a\.up\.sql:1:1 {2}error serial-primary-key: a\.id is serial, /);
		expect(stdout).toContain(
			"\nm/1_a.down.sql:3:2  error down-fails: no such table: b\n2 migrations checked: 2 errors",
		);
	});

	it("prints annotations for GitHub, whose properties hold no comma and no colon", async () => {
		const { stdout } = await check({ "m/1_a,b.up.sql": "SELECT 1; SELECT '100%\n' FROM t;" }, "-format", "github");
		expect(stdout).toMatch(/^::error file=m\/1_a%2Cb\.up\.sql,line=1,col=11,title=godwit\/fails::no such table: t\n/);
	});

	it("prints one document for programs", async () => {
		const { stdout } = await check(broken, "-json", "-dialect", "sqlite-wasm");
		const document = JSON.parse(stdout);
		expect(validCheck(document), ajv.errorsText(validCheck.errors)).toBe(true);
		expect(document).toMatchObject({ ok: false, versions: 2, sealed: false });
	});

	it.each([
		["a name that is none", { "m/1_a.sql": "" }, "error names: cannot tell what these files in m are"],
		[
			"two files of one version",
			{ "m/1_a.up.sql": "", "m/01_b.up.sql": "" },
			"error names: two up migrations have version 1",
		],
		[
			"a seal that git could not merge",
			{ "m/1_a.up.sql": "", "m/godwit.sum": "\n<<<<<<< HEAD\n" },
			"error seal: m/godwit.sum:2 is not NAME t1:HEX",
		],
	])("finds %s", async (_, files, expected) => {
		const { code, stdout } = await check(files);
		expect(code).toBe(4);
		expect(stdout).toContain(expected);
		// Of what could not be read, nothing is known of a seal.
		if (stdout.includes("0 migrations checked")) expect(stdout).not.toContain("no seal");
	});

	// A PGlite takes seconds to make, so each of these has many things to find.
	it("checks migrations for PostgreSQL on PGlite", async () => {
		const { code, stdout } = await check(
			{
				"m/1_a.up.sql": "CREATE SCHEMA app; CREATE TABLE app.a (id serial PRIMARY KEY, at timestamptz DEFAULT now());",
				"m/1_a.down.sql": "DROP TABLE app.a;",
				"m/2_b.up.sql": "-- godwit: no-transaction\nCREATE INDEX CONCURRENTLY a_at ON app.a (at);",
				"m/2_b.down.sql": "DROP INDEX app.a_at;",
				"m/3_c.up.sql": "CREATE EXTENSION postgis;",
				"m/4_d.up.sql": "SELECT 1;",
			},
			...["-dialect", "postgres"],
		);
		expect(stdout).toBe(
			`m/1_a.down.sql  warning down-is-not-inverse: after up and down the database is not as it was before: too much: schema app
m/1_a.down.sql  error down-is-not-inverse: after this down the up fails at m/1_a.up.sql:1:1: schema "app" already exists
m/3_c.up.sql  warning not-tried: this cannot be tried on an empty database, and neither can what comes after it: extension "postgis" is not available; hint: The extension must first be installed on the system where PostgreSQL is running.
4 migrations checked: 1 error, 2 warnings, 0 notes; version 3 and those above were not tried; no seal, which godwit seal makes
`,
		);
		expect(code).toBe(4);
	});

	it("lets a file for PostgreSQL break rules, by its directives or by those of its up", async () => {
		const { code, stdout } = await check(
			{
				"m/1_a.up.sql": "CREATE TABLE a (b text);",
				"m/1_a.down.sql": "-- godwit: allow down-does-nothing\nSELECT 1;",
				"m/2_b.up.sql": "-- godwit: allow down-is-not-inverse, down-fails\nCREATE TABLE b (c text); CREATE TABLE d ();",
				"m/2_b.down.sql": "DROP TABLE b;",
				"m/3_c.up.sql": "CREATE TABLE e ();",
				"m/3_c.down.sql": "-- godwit: allow down-fails\nDROP TABLE missing;",
				"m/4_d.up.sql": "CREATE TABLE f ();",
				"m/4_d.down.sql": "-- godwit: allow down-does-nothing\nDROP TABLE missing;",
			},
			...["-dialect", "postgres"],
		);
		expect(stdout).toMatch(/^m\/4_d\.down\.sql:2:1 {2}error down-fails: .*\n4 migrations checked: 1 error, 0 warn/);
		expect(code).toBe(4);
	});

	it("takes the kind and the options of a database URL of PostgreSQL, and does not connect", async () => {
		const files = {
			"m/1_a.up.sql": "CREATE TABLE app.a (b text);",
			"m/1_a.down.sql": "DROP TABLE app.a;",
			"m/2_b.up.sql": "SELECT 1;\n\n GRANT SELECT ON app.a TO reader;",
		};
		const table = "x-migrations-table=%22app%22.%22versions%22&x-migrations-table-quoted=true";
		const url = `postgres://me:secret@nobody.invalid/app?sslmode=require&${table}`;
		const { code, stdout, stderr } = await check(files, "-database", url);
		expect(stderr).toBe("");
		expect(stdout).toMatch(/^m\/2_b\.up\.sql {2}warning not-tried: .+ role "reader" does not exist\n2 migrations/);
		expect(code).toBe(0);
	});

	it("says what to install where there is no PGlite", async () => {
		const cwd = await folderOf(threeMigrations);
		const args = ["-path", "m", "check", "-dialect", "postgresql"];
		const { code, stderr } = await godwit(args, { cwd, imports: ["./without-libraries.ts"] });
		expect(code).toBe(1);
		expect(stderr).toMatch(
			/^error: check tries migrations for PostgreSQL on PGlite: .*npm install @electric-sql\/pglite\n$/,
		);
	});

	const SCHEMA = ["posts", "tags", "users"].map((name) => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY);\n`);
	const dumped = [...SCHEMA, "-- godwit: version 3\n"].join("\n");
	const withSchema = { ...threeMigrations, "s.sql": dumped };

	it("compares what the migrations make with a file that dump has printed", async () => {
		const cwd = await folderOf(threeMigrations);
		await godwit(["-path", "m", "-database", "sqlite://a.db", "up"], { cwd });
		expect((await godwit(["-database", "sqlite://a.db", "dump"], { cwd })).stdout).toBe(dumped);
		expect(await check(withSchema, "-schema", "s.sql")).toMatchObject({ code: 0, stderr: "" });
		const other = { ...withSchema, "m/3_tags.up.sql": "CREATE TABLE tags (id INT, name TEXT);" };
		const cure = "write the file anew with dump if the migrations are right";
		expect(await check(other, "-schema", "s.sql")).toEqual({
			code: 4,
			stdout: `s.sql:3  error schema: the migrations do not make this line; ${cure}: CREATE TABLE tags (id INTEGER PRIMARY KEY);
s.sql:4  error schema: before this line the migrations make another one; ${cure}: CREATE TABLE tags (id INT, name TEXT);
3 migrations checked: 2 errors, 0 warnings, 0 notes; no seal, which godwit seal makes
`,
			stderr: "",
		});
		expect((await check(other, "-schema", "s.sql", "-format", "github")).stdout).toMatch(
			/^::error file=s\.sql,line=3,title=godwit\/schema::the migrations do not make this line; /,
		);
		const document = JSON.parse((await check(other, "-schema", "s.sql", "-json")).stdout);
		expect(validCheck(document), ajv.errorsText(validCheck.errors)).toBe(true);
		expect(document).toMatchObject({
			ok: false,
			findings: [{ rule: "schema", location: "s.sql", line: 3 }, { line: 4 }],
		});
	});

	it.each([
		["none.sql", "cannot read none.sql: there is no such file; write it with dump > none.sql"],
		["m", "cannot read m: it is a folder; name the file that dump has written"],
	])("says of %s that it is no file of a schema", async (file, message) => {
		expect(await check(threeMigrations, "-schema", file)).toEqual({
			code: 1,
			stdout: "",
			stderr: `error: ${message}\n`,
		});
	});

	it("refuses a schema for PGlite, before it corrects anything", async () => {
		expect(await check(withSchema, "-schema", "s.sql", "-fix", "-dialect", "postgres")).toEqual({
			code: 1,
			stdout: "",
			stderr:
				"error: -schema: the driver of pglite:// cannot tell what a database consists of, as those for SQLite can; leave it out\n",
		});
	});

	it("refuses a format of text beside a document", async () => {
		const { code, stderr } = await check(threeMigrations, "-json", "-format", "github");
		expect(code).toBe(2);
		expect(stderr).toContain("-json prints a document, so -format does nothing with it; leave one of them out");
	});

	it("refuses a kind of database that it knows no empty ones of", async () => {
		const { code, stderr } = await check(threeMigrations, "-dialect", "oracle");
		expect(code).toBe(1);
		expect(stderr).toContain("check knows no empty databases of oracle; name one of sqlite, ");
	});
});

describe("godwit check -fix", () => {
	it("writes strings in single quotes, and accepts the edit where the file ran before", async () => {
		const text = '\uFEFFCREATE TABLE n (k TEXT CHECK ("k" <> "x"));\r\n';
		const cwd = await folderOf({ "m/1_a.up.sql": text });
		const old = ["-path", "m", "-database", "sqlite-node://a.db?x-double-quoted-strings=true"];
		expect((await godwit([...old, "up"], { cwd })).code).toBe(0);
		const fixed = await godwit(["-path", "m", "check", "-fix"], { cwd });
		expect(fixed).toEqual({
			code: 0,
			stdout: "1 migration checked: 0 errors, 0 warnings, 0 notes\n",
			stderr: `m/1_a.up.sql:1:38  "x" is 'x' now\nm/godwit.sum: the edits are accepted in godwit.sum\n`,
		});
		expect(readFileSync(join(cwd, "m/1_a.up.sql"), "utf8")).toBe(text.replace('"x"', "'x'"));
		expect(readFileSync(join(cwd, "m/godwit.sum"), "utf8")).toMatch(/^1_a\.up\.sql t1:\w+ was t1:\w+\n$/);
		writeFileSync(join(cwd, "m/2_b.up.sql"), "SELECT 1;");
		expect((await godwit([...old, "up"], { cwd })).code).toBe(0);
		expect((await godwit([...old, "history"], { cwd })).stdout).toContain("accept 1");
	});

	it("writes nothing when the migrations fail all the same", async () => {
		const files = { "m/1_a.up.sql": 'CREATE TABLE n (k CHECK (k <> "x"));', "m/2_b.up.sql": "SELECT\n 1 FROM t;" };
		const cwd = await folderOf(files);
		const { code, stderr } = await godwit(["-path", "m", "check", "-fix"], { cwd });
		expect(code).toBe(1);
		expect(stderr).toContain(
			"nothing was fixed, since version 2 fails all the same: m/2_b.up.sql:1:1 no such table: t",
		);
		expect(readFileSync(join(cwd, "m/1_a.up.sql"), "utf8")).toBe(files["m/1_a.up.sql"]);
		expect(readdirSync(join(cwd, "m"))).toHaveLength(2);
	});

	it("says why the migrations cannot be tried", async () => {
		const files = { "m/1_a.up.sql": 'CREATE TABLE n (k CHECK (k <> "x"));', "m/2_b.up.sql": "ATTACH 'x.db' AS x;" };
		const { code, stderr } = await check(files, "-fix");
		expect(code).toBe(1);
		expect(stderr).toContain("version 2 cannot be tried: m/2_b.up.sql this cannot be tried on an empty database");
	});

	const checked = "CREATE TABLE n (k TEXT CHECK (k <> \"x\")); INSERT INTO n VALUES ('a');";

	it.each([
		['UPDATE n SET k = "x"; DROP TABLE n;', "m/1_a.down.sql:1:1 CHECK constraint failed"],
		["DROP TABLE m;", "m/1_a.down.sql:1:1 no such table: m"],
		[
			"DROP TABLE n; CREATE VIEW n AS SELECT 1;",
			"m/1_a.down.sql after this down the up fails at m/1_a.up.sql:1:1: view n already exists",
		],
	])("writes nothing when a down fails once it is corrected: %s", async (down, message) => {
		const files = { "m/1_a.up.sql": checked, "m/1_a.down.sql": down };
		const cwd = await folderOf(files);
		const { code, stderr } = await godwit(["-path", "m", "check", "-fix"], { cwd });
		expect(stderr).toContain(`nothing was fixed, since the down of version 1 fails then: ${message}`);
		expect(code).toBe(1);
		for (const [path, text] of Object.entries(files)) expect(readFileSync(join(cwd, path), "utf8")).toBe(text);
		expect(readdirSync(join(cwd, "m"))).toHaveLength(2);
	});

	it("writes although the down of a version fails in which there is nothing to correct", async () => {
		const other = { "m/2_b.up.sql": "SELECT 1;", "m/2_b.down.sql": "DROP TABLE gone;" };
		const { code, stdout, stderr } = await check({ "m/1_a.up.sql": checked, ...other }, "-fix");
		expect(stderr).toContain(`"x" is 'x' now\n`);
		expect(stdout).toContain("m/2_b.down.sql:1:1  error down-fails");
		expect(code).toBe(4);
	});

	it("goes on where a run was stopped that has accepted the edits and not written them", async () => {
		const cwd = await folderOf({ "m/1_a.up.sql": checked, "m/2_b.up.sql": 'DELETE FROM n WHERE k = "y";' });
		const run = (...args: readonly string[]): Promise<Outcome> => godwit(["-path", "m", "check", ...args], { cwd });
		await run("-fix");
		const [fixed, seal] = ["1_a.up.sql", "godwit.sum"].map((name) => readFileSync(join(cwd, "m", name), "utf8"));
		writeFileSync(join(cwd, "m/1_a.up.sql"), checked);
		expect((await run()).stdout).toContain(
			"m/1_a.up.sql  error seal: this file is as it was before an edit that godwit.sum accepts; make that edit, by check -fix if",
		);
		expect(await run("-fix")).toMatchObject({
			code: 0,
			stdout: "2 migrations checked: 0 errors, 0 warnings, 0 notes\n",
		});
		expect(readFileSync(join(cwd, "m/1_a.up.sql"), "utf8")).toBe(fixed);
		expect(readFileSync(join(cwd, "m/godwit.sum"), "utf8")).toBe(seal);
	});

	it("keeps links and modes, and leaves nothing beside the files", async () => {
		const cwd = await folderOf({ "real/a.sql": checked, "m/2_b.up.sql": "SELECT 1;" });
		chmodSync(join(cwd, "real/a.sql"), 0o640);
		symlinkSync("../real/a.sql", join(cwd, "m/1_a.up.sql"));
		expect((await godwit(["-path", "m", "check", "-fix"], { cwd })).code).toBe(0);
		expect(readFileSync(join(cwd, "real/a.sql"), "utf8")).toContain("'x'");
		expect(statSync(join(cwd, "real/a.sql")).mode & 0o777).toBe(0o640);
		expect(lstatSync(join(cwd, "m/1_a.up.sql")).isSymbolicLink()).toBe(true);
		expect(readdirSync(join(cwd, "real"))).toEqual(["a.sql"]);
		expect(readdirSync(join(cwd, "m")).sort()).toEqual(["1_a.up.sql", "2_b.up.sql", "godwit.sum"]);
	});

	it("changes no file when one of them cannot be written", async () => {
		const files = { "m/1_a.up.sql": checked, "m/2_b.up.sql": 'DELETE FROM n WHERE k = "y";' };
		const cwd = await folderOf({ ...files, "m/.2_b.up.sql.godwit-new/in-the-way": "" });
		const { code, stderr } = await godwit(["-path", "m", "check", "-fix"], { cwd });
		expect(code).toBe(1);
		expect(stderr).toContain("error: cannot write m/2_b.up.sql: m/.2_b.up.sql.godwit-new is a folder; move it away\n");
		for (const [path, text] of Object.entries(files)) expect(readFileSync(join(cwd, path), "utf8")).toBe(text);
		expect(readdirSync(join(cwd, "m")).sort()).toEqual([".2_b.up.sql.godwit-new", "1_a.up.sql", "2_b.up.sql"]);
	});
});

describe("godwit seal", () => {
	it("writes a line for each file, and leaves the seal alone when nothing is new", async () => {
		const cwd = await folderOf(threeMigrations);
		const seal = (...args: readonly string[]): Promise<Outcome> => godwit(["-path", "m", "seal", ...args], { cwd });
		expect(await seal()).toEqual({ code: 0, stdout: "", stderr: "m/godwit.sum: 6 files\n" });
		const text = readFileSync(join(cwd, "m/godwit.sum"), "utf8");
		expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
			...[
				"1_users.up.sql",
				"1_users.down.sql",
				"2_posts.up.sql",
				"2_posts.down.sql",
				"3_tags.up.sql",
				"3_tags.down.sql",
			],
			"",
		]);
		const again = await seal("-json");
		expect(JSON.parse(again.stdout)).toEqual({
			godwit: 1,
			type: "sealed",
			file: "m/godwit.sum",
			files: 6,
			changed: false,
		});
		expect(validLine(JSON.parse(again.stdout)), ajv.errorsText(validLine.errors)).toBe(true);
		expect(readdirSync(join(cwd, "m"))).toHaveLength(7);
	});

	it("seals ./migrations when nobody names another folder", async () => {
		const cwd = await folderOf({ "migrations/1_a.up.sql": "CREATE TABLE a (b INTEGER);" });
		expect(await godwit(["seal"], { cwd })).toEqual({
			code: 0,
			stdout: "",
			stderr: "migrations/godwit.sum: 1 files\n",
		});
	});

	it("says what is in its way, and leaves it there", async () => {
		for (const name of ["godwit.sum", ".godwit.sum.godwit-new"]) {
			const cwd = await folderOf({ "m/1_a.up.sql": "CREATE TABLE a (b INTEGER);", [`m/${name}/kept`]: "" });
			const { code, stderr } = await godwit(["-path", "m", "seal"], { cwd });
			expect({ code, stderr }).toEqual({
				code: 1,
				stderr: expect.stringMatching(/ is a folder; (move it away|a migration must be a file)/),
			});
			expect(readdirSync(join(cwd, "m", name))).toEqual(["kept"]);
		}
	});

	it("takes an edit of a file only when it is accepted", async () => {
		const cwd = await folderOf(threeMigrations);
		const run = (...args: readonly string[]): Promise<Outcome> => godwit(["-path", "m", ...args], { cwd });
		await run("seal");
		writeFileSync(join(cwd, "m/2_posts.up.sql"), "CREATE TABLE posts (id INTEGER PRIMARY KEY, a TEXT);");
		expect((await run("check")).stdout).toContain(
			"m/2_posts.up.sql  error seal: this file was edited since it was sealed",
		);
		const refused = await run("seal");
		expect(refused.code).toBe(1);
		expect(refused.stderr).toContain(
			"m/2_posts.up.sql was edited since it was sealed; put it back, or say with -accept VERSION",
		);
		expect((await run("seal", "-accept", "2")).code).toBe(0);
		expect(readFileSync(join(cwd, "m/godwit.sum"), "utf8")).toMatch(/^2_posts\.up\.sql t1:\w{64} was t1:\w{64}$/m);
		expect((await run("check")).code).toBe(0);
	});

	it.each([
		["x", "can't read version V of -accept"],
		["9", "there is no version 9 in m"],
	])("refuses to accept version %s", async (version, message) => {
		const { code, stderr } = await godwit(["-path", "m", "seal", "-accept", version], {
			cwd: await folderOf(threeMigrations),
		});
		expect(code).toBe(1);
		expect(stderr).toContain(message);
	});
});
