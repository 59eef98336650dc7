import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandNames } from "../../src/command-line/commands.ts";
import { bin, folderOf, godwit, threeMigrations, watch } from "../fixtures/godwit.ts";

const shortUsage = `Usage: godwit FLAGS COMMAND [arg...]
Commands: create, goto, up, down, drop, force, version, unlock; "godwit -help" tells more
`;

describe("godwit", () => {
	it("prints its version on standard output", async () => {
		const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
		expect(await godwit(["-version"], { cwd: "." })).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
		expect(await godwit(["--version"], { cwd: "." })).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
	});

	it("prints help on standard output", async () => {
		const { code, stdout, stderr } = await godwit(["-help"], { cwd: "." });
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toBe(`Usage: godwit FLAGS COMMAND [arg...]
       godwit [ -version | -help ]

Flags, before or after the command:
  -source URL            where the migrations are: file://migrations
  -path DIR              short for -source file://DIR
  -database URL          which database: sqlite-native://app.db (else $GODWIT_DATABASE, else $DATABASE_URL)
  -prefetch N            how many migrations are read ahead (default 10)
  -lock-timeout N        how many seconds to wait for the lock (default 15)
  -transaction each|all  each migration in a transaction of its own, or all of them in one (default each)
  -verbose               say more, and show where an error comes from
  -version               print the version of godwit
  -help                  print this, or the help of a command

Commands:
  create -ext EXT [flags] NAME  create an empty up and down file called NAME
  goto V                        migrate up or down to version V
  up [N]                        apply all migrations, or the next N
  down [N] [-all]               revert all migrations, or the last N
  drop [-f]                     drop everything inside the database
  force V                       record version V without running anything, and clear the dirty flag
  version                       print the version that the database is at
  unlock [-f]                   show who holds a lock on the database, and clear it

Sources: file
Databases: sqlite-native, sqlite3, sqlite, sqlite-wasm, ncruces-sqlite3
`);
	});

	it.each(commandNames)("prints the help of %s, wherever -help stands", async (command) => {
		const after = await godwit([command, "-help"], { cwd: "." });
		const before = await godwit(["-h", command], { cwd: "." });
		expect(after.stdout).toMatch(new RegExp(`^Usage: godwit FLAGS ${command}`));
		expect({ code: after.code, stderr: after.stderr }).toEqual({ code: 0, stderr: "" });
		expect(before).toEqual(after);
	});

	it("prints its usage on standard error without a command", async () => {
		const { code, stdout, stderr } = await godwit(["-path", "m"], { cwd: "." });
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toMatch(/^Usage: godwit FLAGS COMMAND/);
	});

	it.each([
		{ args: ["upp"], error: `unknown command "upp"; did you mean up?\n${shortUsage}` },
		{ args: ["frobnicate"], error: `unknown command "frobnicate"\n${shortUsage}` },
		{ args: ["-databse", "x", "up"], error: `unknown flag -databse; did you mean -database?\n${shortUsage}` },
		{ args: ["up", "-z"], error: /^unknown flag -z/ },
		{ args: ["-prefetch", "many", "up"], error: /^invalid value "many" for flag -prefetch: / },
		{ args: ["up", "-database"], error: `flag -database needs a value\n${shortUsage}` },
		{
			args: ["up", "-all"],
			error: '-all is a flag of down, not of up\nUsage: godwit FLAGS up [N]; "godwit up -help" tells more\n',
		},
		{
			args: ["up", "-transaction", "some"],
			error: /^invalid value "some" for flag -transaction: it must be each or all/,
		},
	])("does not understand $args and says what could have been meant", async ({ args, error }) => {
		const { code, stdout, stderr } = await godwit(args, { cwd: "." });
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		const message = stderr.replace(/^error: /, "");
		expect(message).not.toBe(stderr);
		expect(message).toEqual(typeof error === "string" ? error : expect.stringMatching(error));
	});

	it("shows no secret of a URL in a word it does not understand", async () => {
		const { code, stderr } = await godwit(["postgres://ann:pa55@db/app", "up"], { cwd: "." });
		expect(stderr).toMatch(/^error: unknown command "postgres:\/\/\*\*\*@db\/app"\n/);
		expect(code).toBe(2);
	});

	it.each([
		{ args: ["goto"], error: "please specify version argument V" },
		{ args: ["goto", "x"], error: "can't read version argument V" },
		{ args: ["goto", "-1"], error: "can't read version argument V" },
		{ args: ["goto", "1", "2"], error: "too many arguments" },
		{ args: ["up", "x"], error: "can't read limit argument N" },
		{ args: ["up", "-1"], error: "can't read limit argument N" },
		{ args: ["up", "99999999999999999999"], error: "can't read limit argument N" },
		{ args: ["up", "1", "2"], error: "too many arguments" },
		{ args: ["down", "x"], error: "can't read limit argument N" },
		{ args: ["down", "1", "2"], error: "too many arguments" },
		{ args: ["down", "1", "-all"], error: "-all cannot be used with other arguments" },
		{ args: ["drop", "everything"], error: "too many arguments" },
		{ args: ["version", "1"], error: "too many arguments" },
		{ args: ["force"], error: "please specify version argument V" },
		{ args: ["force", "x"], error: "can't read version argument V" },
		{ args: ["force", "-2"], error: "argument V must be >= -1" },
	])("refuses $args", async ({ args, error }) => {
		const cwd = await folderOf(threeMigrations);
		const outcome = await godwit(["-path", "m", "-database", "sqlite-native://a.db", ...args], { cwd });
		expect(outcome).toEqual({ code: 1, stdout: "", stderr: `error: ${error}\n` });
	});

	it("says how to name the database and the source", async () => {
		const cwd = await folderOf(threeMigrations);
		expect((await godwit(["version"], { cwd })).stderr).toBe(
			"error: no database; name it with -database, as in sqlite-native://app.db, or set GODWIT_DATABASE or DATABASE_URL\n",
		);
		expect(await godwit(["up", "-database", "sqlite-native://a.db"], { cwd })).toEqual({
			code: 1,
			stdout: "",
			stderr: "error: no source; name the folder of the migrations with -path DIR, or a URL with -source\n",
		});
	});

	it("says what it needs to a Node.js that is too old", async () => {
		const preload = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'22.17.1'})";
		const old = spawn(process.execPath, [`--import=${preload}`, bin, "-version"]);
		const { code, stdout, stderr } = await watch(old).outcome;
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toBe("error: godwit needs Node.js 22.18 or newer, and this is 22.17.1\n");
	});
});
