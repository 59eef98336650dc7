import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandNames } from "../../src/command-line/commands.ts";
import { folderOf, godwit, publishedBin, sourceBin, threeMigrations, watch, withoutTimes } from "../fixtures/godwit.ts";

const shortUsage = `Usage: godwit FLAGS COMMAND [arg...]
Commands: init, create, status, plan, rehearse, check, seal, dump, doctor, history, goto, up, down, redo, repair, backup, restore, baseline, drop, force, version, unlock, completion, help; "godwit -help" tells more
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
  -source URL            where the migrations are (default file://migrations)
  -path DIR              short for -source file://DIR
  -database URL          which database: sqlite://app.db (else $GODWIT_DATABASE, else $DATABASE_URL)
  -config FILE|none      the configuration (default: beside the nearest package.json)
  -env NAME              which environment of the configuration
  -env-file FILE         where environment variables are read that are not set
  -confirm NAME          let the command take something back in the protected environment NAME
  -prefetch N            how many migrations of a source that has to be waited for are read ahead (default 10)
  -lock-timeout N        how many seconds to wait for the lock (default 15)
  -wait 30s              how long to wait for a database server that does not answer yet (default: not at all)
  -transaction each|all  each migration in a transaction of its own, or all of them in one (default each)
  -json                  print JSON for programs: one document, or a line for each event
  -verbose               say more, and show where an error comes from
  -version               print the version of godwit
  -help                  print this, or the help of a command

Commands:
  init                                make a configuration and the folder of the migrations, and say what to type next
  create -ext EXT [flags] NAME        create an empty up and down file called NAME
  status [flags]                      show which migrations are applied and pending, and what is not as it should be
  plan [up [N] | down [N] | goto V]   show what up, down or goto would run and do; nothing runs
  rehearse [N] [-html FILE]           run the pending migrations, or the next N, on a private copy, and show what became of schema and rows
  check [flags]                       check the migrations without a database: names, edits, up, down and up again, rules
  seal [-accept V]                    write godwit.sum: what each file is, and which edits are right on every database
  dump [flags]                        print the schema of the database, or compare it with a file
  doctor                              examine the database for damage, and for what gets in the way of migrations
  history [flags]                     show what happened in the database, or the text of a migration as it ran
  goto V                              migrate up or down to version V
  up [N] [flags]                      apply all migrations, or the next N
  down [N] [-all] [-stored [-f]]      revert all migrations, or the last N
  redo [N]                            revert the last migration, or the last N, and apply it again
  repair [flags]                      say what is so where godwit cannot know; without a flag, show what there is to say
  backup [-backup-dir DIR] [-keep N]  copy the database to a file beside it, and check the copy
  restore FILE [-swap] [-f]           replace the database by a backup
  baseline V [-force]                 say that a database without a version has what the migrations up to V make; nothing runs
  drop [-f]                           drop everything inside the database
  force V                             record version V without running anything, and clear the dirty flag
  version                             print the version that the database is at
  unlock [-f]                         show who holds a lock on the database, and clear it
  completion bash|zsh|fish            print a script for a shell that completes commands, flags, their values and versions
  help [COMMAND]                      print the help of all commands, or of one

Sources: file
Databases: sqlite, sqlite3, sqlite-native, sqlite-node, sqlite-wasm, ncruces-sqlite3, postgres, postgresql, pgx5, pglite
`);
	});

	it.each(commandNames)("prints the help of %s, wherever -help stands", async (command) => {
		const after = await godwit([command, "-help"], { cwd: "." });
		const before = await godwit(["-h", command], { cwd: "." });
		expect(after.stdout).toMatch(new RegExp(`^Usage: godwit FLAGS ${command}`));
		expect({ code: after.code, stderr: after.stderr }).toEqual({ code: 0, stderr: "" });
		expect(before).toEqual(after);
		expect(await godwit(["help", command], { cwd: "." })).toEqual(after);
	});

	it("prints on help what it prints on -help", async () => {
		expect(await godwit(["help"], { cwd: "." })).toEqual(await godwit(["-help"], { cwd: "." }));
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
		{ args: ["help", "upp"], error: `unknown command "upp"; did you mean up?\n${shortUsage}` },
		{ args: ["d"], error: /^unknown command "d"; did you mean dump, doctor, down or drop\?\n/ },
		{ args: [""], error: /^unknown command ""\n/ },
		{ args: ["-v"], error: `unknown flag -v; did you mean -verbose or -version?\n${shortUsage}` },
		{ args: ["up", "-V"], error: /^unknown flag -V; did you mean -verbose or -version\?\n/ },
		{ args: ["up", "-z"], error: /^unknown flag -z\n/ },
		{ args: ["-prefetch", "many", "up"], error: /^invalid value "many" for flag -prefetch: / },
		{ args: ["up", "-database"], error: `flag -database needs a value\n${shortUsage}` },
		{
			args: ["up", "-all"],
			error: '-all is a flag of down, not of up\nUsage: godwit FLAGS up [N] [flags]; "godwit up -help" tells more\n',
		},
		{
			args: ["-f", "-path", "m", "up"],
			error:
				'-f is a flag of down, restore, drop, and unlock, not of up\nUsage: godwit FLAGS up [N] [flags]; "godwit up -help" tells more\n',
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
		{
			args: ["goto", "abc"],
			error: `can't read version argument V: it is "abc", and must be a whole number, 0 or more`,
		},
		{ args: ["goto", "-1"], error: `can't read version argument V: it is "-1", and must be a whole number, 0 or more` },
		{
			args: ["goto", "99999999999999999999"],
			error: "version 99999999999999999999 is not a whole number from -1 to 9223372036854775807",
		},
		{
			args: ["force", "9223372036854775808"],
			error: "version 9223372036854775808 is not a whole number from -1 to 9223372036854775807",
		},
		{ args: ["goto", ""], error: `can't read version argument V: it is "", and must be a whole number, 0 or more` },
		{ args: ["goto", "1", "2"], error: 'too many arguments: goto takes one, and "2" is left over' },
		{ args: ["up", "abc"], error: `can't read limit argument N: it is "abc", and must be a whole number, 0 or more` },
		{ args: ["up", "-1"], error: `can't read limit argument N: it is "-1", and must be a whole number, 0 or more` },
		{ args: ["up", "1e3"], error: `can't read limit argument N: it is "1e3", and must be a whole number, 0 or more` },
		{
			args: ["up", "99999999999999999999"],
			error: `can't read limit argument N: it is "99999999999999999999", and must be at most 9007199254740991`,
		},
		{ args: ["up", "1", "2"], error: 'too many arguments: up takes one, and "2" is left over' },
		{ args: ["down", "x"], error: `can't read limit argument N: it is "x", and must be a whole number, 0 or more` },
		{ args: ["down", "1", "2"], error: 'too many arguments: down takes one, and "2" is left over' },
		{ args: ["down", "1", "-all"], error: "-all cannot be used with other arguments" },
		{
			args: ["down", "-f"],
			error: "-f goes with -stored; -all reverts every migration without asking",
		},
		{ args: ["drop", "everything"], error: 'too many arguments: drop takes none, and "everything" is left over' },
		{ args: ["version", "1"], error: 'too many arguments: version takes none, and "1" is left over' },
		{ args: ["unlock", "1"], error: 'too many arguments: unlock takes none, and "1" is left over' },
		{ args: ["help", "up", "down"], error: 'too many arguments: help takes one, and "down" is left over' },
		{ args: ["force"], error: "please specify version argument V" },
		{
			args: ["force", "1.5"],
			error: `can't read version argument V: it is "1.5", and must be a whole number, -1 or more`,
		},
		{
			args: ["force", "-2"],
			error: `can't read version argument V: it is "-2", and must be a whole number, -1 or more`,
		},
	])("refuses $args", async ({ args, error }) => {
		const cwd = await folderOf(threeMigrations);
		const outcome = await godwit(["-path", "m", "-database", "sqlite-native://a.db", ...args], { cwd });
		expect(outcome).toEqual({ code: 1, stdout: "", stderr: `error: ${error}\n` });
	});

	it("says how to name the database and the source", async () => {
		const cwd = await folderOf(threeMigrations);
		expect((await godwit(["version"], { cwd })).stderr).toBe(
			"error: no database; name it with -database, as in sqlite://app.db, or set GODWIT_DATABASE or DATABASE_URL\n",
		);
	});

	it("takes ./migrations for the source when none is given, and says so when it is not there", async () => {
		const cwd = await folderOf({ "other/1_a.up.sql": "", "migrations/1_users.up.sql": "" });
		const flags = ["-database", "sqlite-native://a.db"];
		expect(withoutTimes((await godwit([...flags, "up"], { cwd })).stderr)).toBe("1/u users (TIME)\n");
		const { code, stdout, stderr } = await godwit([...flags, "up", "-json"], { cwd: join(cwd, "other") });
		expect(code).toBe(1);
		expect(stderr).toMatch(
			/^error: there is no folder .+\/other\/migrations .+\nno source was given, so that it is \.\/migrations; name the folder of the migrations with -path DIR, or a URL with -source, or make it with "godwit init"\n$/,
		);
		expect(JSON.parse(stdout)).toMatchObject({
			code: "ERR_SOURCE",
			details: { location: join(cwd, "other/migrations") },
		});
		const named = await godwit(["-path", "migrations", ...flags, "up"], { cwd: join(cwd, "other") });
		expect(named.stderr).not.toContain("no source was given");
	});

	it.each([sourceBin, publishedBin])("says what it needs to a Node.js that is too old: %s", async (bin) => {
		const preload = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'22.17.1'})";
		const old = spawn(process.execPath, [`--import=${preload}`, bin, "-version"]);
		const { code, stdout, stderr } = await watch(old).outcome;
		expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
		expect(stderr).toBe("error: godwit needs Node.js 22.18 or newer, and this is 22.17.1\n");
	});
});
