import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, IN_NODE, type Outcome, threeMigrations, withoutTimes } from "./fixtures/godwit.ts";

type Run = (...args: readonly string[]) => Promise<Outcome>;

/** Runs commands one after another on the database `app.db` of a folder with these files. */
async function inFolder(scheme: string, files = threeMigrations): Promise<{ readonly cwd: string; readonly run: Run }> {
	const cwd = await folderOf(files);
	const run: Run = async (...args) => {
		const outcome = await godwit(["-path", "m", "-database", `${scheme}://app.db`, ...args], { cwd });
		return { ...outcome, stderr: withoutTimes(outcome.stderr) };
	};
	return { cwd, run };
}

function done(...lines: readonly string[]): Outcome {
	return { code: 0, stdout: "", stderr: lines.map((line) => `${line}\n`).join("") };
}

function failed(...lines: readonly string[]): Outcome {
	return { ...done(...lines), code: 1 };
}

function printed(line: string): Outcome {
	return { code: 0, stdout: `${line}\n`, stderr: "" };
}

describe.each(["sqlite-native", "sqlite-wasm"])("godwit on %s", (scheme) => {
	it("goes up and down, one line for each migration, and prints the version", async () => {
		const { run } = await inFolder(scheme);
		expect(await run("version")).toEqual(failed("error: no migration"));
		expect(await run("up", "1")).toEqual(done("1/u users (TIME)"));
		expect(await run("version")).toEqual(printed("1"));
		expect(await run("up")).toEqual(done("2/u posts (TIME)", "3/u tags (TIME)"));
		expect(await run("up")).toEqual(done("no change"));
		expect(await run("down", "1")).toEqual(done("3/d tags (TIME)"));
		expect(await run("down", "-all")).toEqual(done("2/d posts (TIME)", "1/d users (TIME)"));
		expect(await run("down", "-all")).toEqual(done("no change"));
		expect(await run("version")).toEqual(failed("error: no migration"));
	});

	it("goes to a version, up or down", async () => {
		const { run } = await inFolder(scheme);
		expect(await run("goto", "2")).toEqual(done("1/u users (TIME)", "2/u posts (TIME)"));
		expect(await run("goto", "1")).toEqual(done("2/d posts (TIME)"));
		expect(await run("goto", "1")).toEqual(done("no change"));
		const { code, stderr } = await run("goto", "9");
		expect(code).toBe(1);
		expect(stderr).toMatch(/^error: cannot go to version 9: .*\n$/);
		expect(await run("version")).toEqual(printed("1"));
	});

	it("makes what steps there are and says how many were missing", async () => {
		const { run } = await inFolder(scheme);
		expect(await run("up", "0")).toEqual(done("no change"));
		expect(await run("down", "0")).toEqual(done("no change"));
		expect(await run("down", "1")).toEqual(failed("error: there is no migration to revert before the first migration"));
		expect(await run("up", "5")).toEqual(
			failed("1/u users (TIME)", "2/u posts (TIME)", "3/u tags (TIME)", "error: limit 2 short"),
		);
		expect(await run("up", "1")).toEqual(failed("error: there is no migration to apply at version 3"));
		expect(await run("down", "9")).toEqual(
			failed("3/d tags (TIME)", "2/d posts (TIME)", "1/d users (TIME)", "error: limit 6 short"),
		);
	});

	it("forces a version, -1 too, and says when the source lacks it or cannot be read", async () => {
		const { cwd, run } = await inFolder(scheme);
		const refuse = '"up", "down" and "goto" refuse until it has one';
		const lacks = (version: string): Outcome =>
			done(`notice: version ${version} is recorded, and m has no such migration; ${refuse}`);
		for (const version of ["1", "2", "3"]) expect(await run("force", version)).toEqual(done());
		expect(await run("force", "0")).toEqual(lacks("0"));
		expect(await run("force", "77")).toEqual(lacks("77"));
		expect((await run("up")).stderr).toMatch(
			/^error: the database is at version 77, above the newest migration in the source, 3: /,
		);
		expect(await run("version", "-path", "nowhere")).toEqual(printed("77"));
		expect(await run("force", "-1", "-path", "nowhere")).toEqual(done());
		expect(await run("version")).toEqual(failed("error: no migration"));
		expect(await run("force", "--", "9223372036854775807")).toEqual(lacks("9223372036854775807"));
		const unread = await run("force", "5", "-path", "nowhere");
		expect(unread).toMatchObject({ code: 0, stdout: "" });
		expect(unread.stderr).toMatch(
			/^notice: version 5 is recorded; whether there is such a migration is not known: there is no folder .*nowhere/,
		);
		expect(await run("version")).toEqual(printed("5"));
		expect(await godwit(["-database", `${scheme}://app.db`, "force", "9223372036854775807"], { cwd })).toEqual(done());
		expect(await run("version")).toEqual(printed("9223372036854775807"));
		expect((await run("force", "9223372036854775808")).stderr).toMatch(/^error: version 9223372036854775808 is not /);
	});

	it("drops everything, and begins again", async () => {
		const { run } = await inFolder(scheme);
		await run("up");
		expect(await run("drop", "-f")).toEqual(done());
		expect(await run("version")).toEqual(failed("error: no migration"));
		expect((await run("up")).code).toBe(0);
	});

	it("refuses to revert or drop everything when nobody can be asked, though a pipe says yes", async () => {
		const { cwd, run } = await inFolder(scheme);
		await run("up");
		const flags = ["-path", "m", "-database", `${scheme}://app.db`];
		expect(await godwit([...flags, "down"], { cwd, stdin: "y\n" })).toEqual(
			failed(
				"error: Not applying all down migrations: there is no terminal to ask on; add -all to go on without asking",
			),
		);
		expect(await godwit([...flags, "drop"], { cwd, stdin: "y\n" })).toEqual(
			failed(
				"error: Aborted dropping the entire database schema: there is no terminal to ask on; add -f to go on without asking",
			),
		);
		expect(await run("version")).toEqual(printed("3"));
	});

	it.each([
		{ beside: "nothing", files: {} },
		{ beside: "an empty journal", files: { "app.db-journal": "" } },
		{ beside: "a journal", files: { "app.db-journal": "j".repeat(600) } },
	])("makes no file when it only looks, beside $beside", async ({ files }) => {
		const { cwd, run } = await inFolder(scheme, { ...threeMigrations, ...files });
		const names = await readdir(cwd);
		expect(await run("version")).toEqual(failed("error: no migration"));
		expect(await run("down", "-all")).toEqual(done("no change"));
		expect(await run("up", "0")).toEqual(done("no change"));
		expect(await run("unlock", "-f")).toEqual(done("no lock is held"));
		expect((await run("-database", `${scheme}://no/where/app.db`, "version")).stderr).toMatch(/there is no folder/);
		expect(await readdir(cwd)).toEqual(names);
	});

	it("makes one transaction of everything when asked", async () => {
		const { run } = await inFolder(scheme, { ...threeMigrations, "m/3_tags.up.sql": "SELEKT 1;" });
		const { code, stderr } = await run("up", "-transaction", "all");
		expect(code).toBe(1);
		expect(stderr).toMatch(/rolled back; the database is without any migration and not dirty\n$/);
		expect(await run("version")).toEqual(failed("error: no migration"));
	});

	it("points at the place where a migration failed, and keeps what had succeeded", async () => {
		const { run } = await inFolder(scheme, {
			...threeMigrations,
			"m/2_posts.up.sql": "CREATE TABLE posts (id INTEGER);\n\n\tINSERT INTO post VALUES (1);\n",
		});
		expect(await run("up")).toEqual(
			failed(
				"1/u users (TIME)",
				"error: m/2_posts.up.sql:3:2: no such table: post",
				"  3 | \tINSERT INTO post VALUES (1);",
				"    | \t^",
				"rolled back; the database is at version 1 and not dirty",
			),
		);
		expect(await run("version")).toEqual(printed("1"));
	});

	it("says how to repair a dirty database, and shows it in the version", async () => {
		const { run } = await inFolder(scheme, {
			...threeMigrations,
			"m/2_posts.up.sql": "-- godwit: no-transaction\nCREATE TABLE posts (id INTEGER);\nSELEKT 1;\n",
		});
		expect(await run("up")).toEqual(
			failed(
				"1/u users (TIME)",
				'error: m/2_posts.up.sql:3:1: near "SELEKT": syntax error',
				"  3 | SELEKT 1;",
				"    | ^",
				"the database is dirty at version 2: repair the schema by hand, then say how version 2 ended with repair -dirty applied or repair -dirty reverted",
			),
		);
		expect(await run("version")).toEqual(printed("2 (dirty)"));
		const { code, stderr } = await run("up");
		expect(code).toBe(1);
		expect(stderr).toMatch(
			/^error: the database is dirty at version 2: the up file of version 2 failed half-way; .* repair -dirty reverted\n$/,
		);
		expect(await run("force", "1")).toEqual(done());
		expect(await run("version")).toEqual(printed("1"));
	});

	it("shows that reverting the first migration failed half-way", async () => {
		const { run } = await inFolder(scheme, {
			...threeMigrations,
			"m/1_users.down.sql": "-- godwit: no-transaction\nSELEKT 1;\n",
		});
		await run("up", "1");
		expect((await run("down", "-all")).code).toBe(1);
		expect(await run("version")).toEqual(printed("-1 (dirty)"));
	});

	it("says more when asked", async () => {
		const { run } = await inFolder(scheme);
		expect(await run("-verbose", "up", "1")).toEqual(
			done(
				"Locked the database after TIME",
				"Read and execute 1/u users",
				"Finished 1/u users (read 44 bytes, ran TIME)",
				"Unlocked the database",
				"Finished after TIME",
				"Closing source and database",
			),
		);
	});
});

describe("godwit", () => {
	it("takes the database from GODWIT_DATABASE before DATABASE_URL, and a flag before both", async () => {
		const cwd = await folderOf(threeMigrations);
		const urls = { DATABASE_URL: "sqlite3://url.db", GODWIT_DATABASE: "sqlite3://own.db" };
		const files = async (): Promise<readonly string[]> => (await readdir(cwd)).filter((name) => name.endsWith(".db"));
		await godwit(["-path", "m", "up"], { cwd, env: { DATABASE_URL: urls.DATABASE_URL } });
		expect(await files()).toEqual(["url.db"]);
		await godwit(["-path", "m", "up"], { cwd, env: urls });
		expect(await files()).toEqual(["own.db", "url.db"]);
		await godwit(["-path", "m", "up", "-database", "sqlite3://flag.db"], { cwd, env: urls });
		expect(await files()).toEqual(["flag.db", "own.db", "url.db"]);
	});

	it.each(["sqlite-native", "sqlite-wasm"])("refuses a line end in the environment's URL on %s", async (scheme) => {
		const cwd = await folderOf(threeMigrations);
		const env = { DATABASE_URL: `${scheme}://app.db\r` };
		for (const args of [["up"], ["version"], ["drop", "-f"], ["unlock", "-f"]]) {
			const { code, stderr } = await godwit(["-path", "m", ...args], { cwd, env });
			expect({ args, code }).toEqual({ args, code: 1 });
			expect(stderr).toMatch(/^error: the database URL has the control character "\\r" at its end/);
		}
		expect(await readdir(cwd)).toEqual(["m"]);
	});

	it("takes a path as it is written, and a source before it", async () => {
		const files = Object.entries(threeMigrations);
		const [sure, mine] = ["100% sure?/", "m:v1@2/"].map((name) =>
			files.map(([path, sql]) => [path.replace("m/", name), sql]),
		);
		const cwd = await folderOf({ ...Object.fromEntries(sure ?? []), ...Object.fromEntries(mine ?? []) });
		expect((await godwit(["-path", "m:v1@2", "-database", "sqlite3://b.db", "up", "1"], { cwd })).code).toBe(0);
		const database = ["-database", "sqlite3://a.db"];
		expect((await godwit(["-path", "100% sure?", ...database, "up", "1"], { cwd })).code).toBe(0);
		const source = ["-source", "file://100%25%20sure%3F", "-path", "nowhere"];
		expect((await godwit([...source, ...database, "up", "1"], { cwd })).code).toBe(0);
	});

	it("writes nothing into a database that is up to date", async () => {
		const { cwd, run } = await inFolder("sqlite-native");
		await run("up");
		const names = await readdir(cwd);
		const bytes = await readFile(join(cwd, "app.db"));
		expect(await run("up")).toEqual(done("no change"));
		expect(await readdir(cwd)).toEqual(names);
		expect((await readFile(join(cwd, "app.db"))).equals(bytes)).toBe(true);
	});

	it("gives up on a lock that somebody else holds when the time is up", async () => {
		const { cwd, run } = await inFolder("sqlite-native");
		await run("up", "1");
		const { openDriver } = await import("../src/index.ts");
		await using holder = await openDriver(`sqlite-native://${join(cwd, "app.db")}`);
		await holder.lock();
		const { code, stderr } = await run("-lock-timeout", "0", "up");
		expect(code).toBe(1);
		expect(stderr).toMatch(/^error: .*lock/);
		expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(6);
	});

	it("takes paths that begin as such, for the source and the database", async () => {
		const cwd = await folderOf(threeMigrations);
		const given = ["-source", "./m", "-database", "./a%20b.db"];
		expect(await godwit([...given, "up"], { cwd })).toMatchObject({ code: 0 });
		expect(await readdir(cwd)).toContain("a%20b.db");
		const { stdout } = await godwit([...given, "status"], { cwd });
		expect(stdout).toContain(
			IN_NODE ? "backend: sqlite-native (better-sqlite3)" : "backend: sqlite-node (node:sqlite)",
		);
		expect(await godwit([...given, "unlock", "-f"], { cwd })).toMatchObject({ code: 0 });
	});

	it.each([
		{ args: ["-path", "nowhere", "-database", "sqlite3://a.db"], error: /^error: there is no folder .*nowhere/ },
		{ args: ["-path", "empty", "-database", "sqlite3://a.db"], error: /^error: there are no migrations in empty\n$/ },
		{ args: ["-path", "m", "-database", "sqlte3://a.db"], error: /did you mean "sqlite3"\?/ },
		{ args: ["-path", "m", "-database", "nonsense"], error: /^error: the database URL has no scheme/ },
		{
			args: ["-path", "m", "-database", "a.db"],
			error: /^error: the database URL has no scheme; for the path a.db write sqlite:\/\/a.db\n$/,
		},
		{
			args: ["-path", "m", "-database", "./a.db?x-no-tx-wrap=true"],
			error:
				/^error: the database URL has no scheme; for the path .\/a.db write sqlite:\/\/.\/a.db\?..., or %3F in place of the \? .*\n$/,
		},
		{
			args: ["-path", "m", "-database", "data\\a.db"],
			error: /; for the path data\\a.db write sqlite:\/\/data\\a.db\n$/,
		},
		{
			args: ["-path", "m", "-database", "C:\\data\\a.db"],
			error: /^error: cannot open C:\/data\/a.db: there is no folder /,
		},
		{
			args: ["-path", "m", "-database", "file:a.db"],
			error: /; for a database in a file write sqlite:\/\/a.db\n$/,
		},
		{ args: ["-path", "m", "-database", "sqlite:a.db"], error: /; write sqlite:\/\/a.db\n$/ },
		{
			args: ["-source", "m", "-database", "sqlite3://a.db"],
			error: /^error: the source URL has no scheme; for the path m write file:\/\/m, or -path m\n$/,
		},
		{
			args: ["-path", "m", "-database", "sqlite3://a.db\t"],
			error: /^error: the database URL has the control character "\\t" at its end; take it out/,
		},
		{
			args: ["-path", "m", "-database", "sqlite-wasm://a.db\r\n"],
			error: /^error: the database URL has the control character "\\r" at character 19; take it out/,
		},
		{
			args: ["-path", "m\t", "-database", "sqlite3://a.db"],
			error: /^error: the source URL has the control character "\\t" at its end; take it out/,
		},
		{ args: ["-path", "m", "-database", "sqlite3://no/where/a.db"], error: /^error: .*no\/where/ },
		{ args: ["-path", "m", "-database", "sqlite3://a.db?x-no-tx-wrp=1"], error: /x-no-tx-wrap/ },
		{ args: ["-path", "twice", "-database", "sqlite3://a.db"], error: /^error: two up migrations have version 1/ },
	])("says what is wrong with $args in a few lines, and makes no file", async ({ args, error }) => {
		const twice = { "twice/1_a.up.sql": "", "twice/01_b.up.sql": "" };
		const cwd = await folderOf({ ...threeMigrations, ...twice, "empty/readme.txt": "" });
		const files = await readdir(cwd, { recursive: true });
		const { code, stdout, stderr } = await godwit([...args, "up"], { cwd });
		expect(await readdir(cwd, { recursive: true })).toEqual(files);
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toMatch(error);
		expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(6);
		expect(stderr).not.toMatch(/^ +at /m);
	});

	it("shortens a long list", async () => {
		const backups = Array.from({ length: 20 }, (_, index) => [`m/${index + 1}_a.up.sql~`, ""]);
		const { run } = await inFolder("sqlite-native", Object.fromEntries(backups));
		const { stderr } = await run("up");
		expect(stderr).toMatch(/^error: cannot tell what these files in m are/);
		expect(stderr).toMatch(/\n\.\.\. and 16 lines more\n.*\n$/);
		expect(stderr.trimEnd().split("\n")).toHaveLength(6);
	});

	it.each([{ args: ["-verbose"] }, { args: [], env: { DEBUG: "nothing" } }])(
		"shows where an error comes from with $args $env",
		async ({ args, env = {} }) => {
			const cwd = await folderOf(threeMigrations);
			const flags = ["-path", "m", "-database", "sqlite3://no/where/a.db?x-busy-timeout=77s"];
			const { code, stderr } = await godwit([...flags, ...args, "up"], { cwd, env });
			expect(code).toBe(1);
			expect(stderr).toMatch(/^ +at .*\.(ts|cjs):\d+:\d+/m);
			expect(stderr).not.toContain("77s");
		},
	);

	it("prints no secret of a URL and no control character of a file", async () => {
		const files = { "m/1_a.up.sql": 'SELECT "\u001b[31mred" FROM nowhere; -- db://ann:pa55@host/app?key=abc\n' };
		const { run } = await inFolder("sqlite-native", files);
		const { stderr } = await run("up");
		expect(stderr).toContain("db://***@host/app?key=***");
		expect(stderr).not.toContain("\u001b");
		const mystery = await run("up", "-database", "mystery://ann:pa55@host/app?key=abc");
		expect(mystery.stderr).not.toMatch(/pa55|abc/);
		expect((await run("\u001b[31mup")).stderr).not.toContain("\u001b");
	});
});
