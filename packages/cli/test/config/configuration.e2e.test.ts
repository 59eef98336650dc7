import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allCommands, type NamedCommand } from "../../src/command-line/commands.ts";
import { commonFlags, type Flag } from "../../src/command-line/flags/flags.ts";
import { folderOf, godwit, type Outcome, threeMigrations } from "../fixtures/godwit.ts";

interface Project {
	readonly folder: string;
	/** Runs the command in its folder, or in one inside. */
	run(args: string, env?: Readonly<Record<string, string>>, inside?: string): Promise<Outcome>;
}

/** A project with three migrations in `m`, a folder `sub`, and this configuration. */
async function project(config: object, files: Readonly<Record<string, string>> = {}): Promise<Project> {
	const folder = await folderOf({
		...threeMigrations,
		"package.json": "{}",
		"godwit.config.json": JSON.stringify(config),
		...files,
	});
	mkdirSync(join(folder, "sub"), { recursive: true });
	return { folder, run: (args, env = {}, inside = "") => godwit(args.split(" "), { cwd: join(folder, inside), env }) };
}

const refused = (message: string): object => ({ code: 1, stderr: expect.stringContaining(`error: ${message}`) });
const printed = (stdout: string): object => ({ code: 0, stdout: `${stdout}\n` });

/** The names of the flags with a text of the user's own, except those of which an empty one has a meaning. */
const takingText = (flags: readonly Flag[]): readonly string[] =>
	flags
		.filter(({ kind, words, takesEmpty }) => kind === "string" && words === undefined && !takesEmpty)
		.map(({ name }) => name);

const two = {
	source: "file://m",
	database: "sqlite://dev.db",
	environments: { prod: { database: "sqlite-wasm://prod.db", protected: true } },
};

describe("a configuration", () => {
	it("says source and database, relative to its folder", async () => {
		const { run } = await project(two);
		await run("up 1", {}, "sub");
		expect(await run("version")).toMatchObject(printed("1"));
		expect(await run("version", {}, "sub")).toMatchObject(printed("1"));
		expect(await run("create -ext sql -seq a", {}, "sub")).toMatchObject({
			stdout: expect.stringContaining("/m/000004_a.up.sql"),
		});
	});

	it("says paths too, relative to its folder, which are protected as the URLs of the same file are", async () => {
		const { run } = await project({
			source: "./m",
			database: "./dev.db",
			environments: { prod: { database: "./prod.db", protected: true } },
		});
		await run("up 1", {}, "sub");
		expect(await run("-database sqlite://dev.db version")).toMatchObject(printed("1"));
		expect(await run("create -ext sql -seq a", {}, "sub")).toMatchObject({
			stdout: expect.stringContaining("/m/000004_a.up.sql"),
		});
		await run("-env prod up 1");
		const protectedDatabase = refused("down is refused: this is the database of the protected environment");
		expect(await run("-database ../prod.db down 1", {}, "sub")).toMatchObject(protectedDatabase);
		expect(await run("-env prod version", { DATABASE_URL: "sqlite3://prod.db" })).toMatchObject(printed("1"));
		const other = refused("DATABASE_URL names another database");
		expect(await run("-env prod version", { DATABASE_URL: "./dev.db" })).toMatchObject(other);
	});

	it("counts after the environment, and that after a flag", async () => {
		const { run } = await project(two);
		const env = { DATABASE_URL: "sqlite://variable.db" };
		await run("-database sqlite://flag.db up 3", env);
		await run("up 2", env);
		await run("up 1");
		expect(await run("-database sqlite://flag.db version")).toMatchObject(printed("3"));
		expect(await run("-database sqlite://variable.db version")).toMatchObject(printed("2"));
		expect(await run("version")).toMatchObject(printed("1"));
	});

	it("does not count where a flag is there and empty, whichever flag and command", async () => {
		const { run } = await project(two);
		const lines = [
			...takingText(commonFlags).map((name) => ({ name, line: `-${name}= up` })),
			...takingText(commonFlags).map((name) => ({ name, line: `init -${name}=` })),
			...(await allCommands()).flatMap((command) =>
				takingText(command.flags).map((name) => ({ name, line: `${command.name} -${name}=` })),
			),
		];
		for (const { name, line } of lines) {
			expect(await run(line), line).toMatchObject(refused(`-${name} is empty; say which, or leave the flag out`));
		}
		expect(lines.map(({ line }) => line)).toContain("check -schema=");
		expect(await run("version")).toMatchObject(refused("no migration"));
	});

	it("has environments by name, which no environment variable overrules", async () => {
		const { run } = await project(two);
		await run("-env prod up 2", {}, "sub");
		expect(await run("-database sqlite://prod.db version")).toMatchObject(printed("2"));
		const other = { GODWIT_DATABASE: "sqlite://other.db" };
		expect(await run("-env prod version", other)).toMatchObject(
			refused('GODWIT_DATABASE names another database than the environment "prod" in godwit.config.json; unset it, or'),
		);
		expect(await run("-env prod -database sqlite://prod.db version", other)).toMatchObject(printed("2"));
		expect(await run("-env prod version", { DATABASE_URL: "sqlite://sub/../prod.db" })).toMatchObject(printed("2"));
		expect(await run("-env prdo version")).toMatchObject(
			refused('there is no environment "prdo" in godwit.config.json; there are default, prod\n'),
		);
	});

	it("names the only environment where another one is asked for", async () => {
		const { run } = await project({ source: "file://m", database: "sqlite://app.db" });
		expect(await run("-env prod version")).toMatchObject(
			refused('there is no environment "prod" in godwit.config.json; the only one is default\n'),
		);
	});

	it("reads values from the environment, and after it from a file", async () => {
		const { run } = await project(
			{ source: "env:SOURCE", environments: { a: { database: "env:A_URL" } } },
			{ ".env": "SOURCE=file://m\r\nA_URL='sqlite://file.db'\n", "both.env": "GODWIT_DATABASE=sqlite://file.db" },
		);
		expect(await run("-env a up")).toMatchObject(
			refused('"database" of the environment "a" in godwit.config.json is env:A_URL, and A_URL is not set; set it, or'),
		);
		expect(await run("-env a -env-file ../.env up 1", {}, "sub")).toMatchObject({ code: 0 });
		expect(await run("-env a version", { A_URL: "sqlite://file.db" })).toMatchObject(printed("1"));
		const fromShell = { A_URL: "sqlite://shell.db" };
		expect(await run("-env a -env-file .env up 2", fromShell)).toMatchObject({ code: 0 });
		expect(await run("-database sqlite://shell.db version")).toMatchObject(printed("2"));
		expect(await run("-env a -env-file none.env up")).toMatchObject(
			refused("cannot read none.env: there is no such file; look at the path"),
		);
		expect(await run("-env-file .env up")).toMatchObject(refused("no database; name it with -database"));
		const other = { DATABASE_URL: "sqlite://other.db" };
		await run("-path m up 1", other);
		expect(await run("-env-file both.env version", other)).toMatchObject(printed("1"));
	});

	it("shows no password of a value that comes from a variable", async () => {
		const { run } = await project({ source: "file://m", database: "env:URL" });
		const { stderr } = await run("-verbose up", { URL: "mystery://ann:pa55w0rd@host/my app?key=pa55w0rd x" });
		expect(stderr).toContain('no driver for the scheme "mystery"');
		expect(stderr).not.toContain("pa55w0rd");
	});

	it("is named with a URL in it that cannot be read", async () => {
		const { run } = await project({
			source: "m",
			database: "sqlite://a.db",
			environments: { b: { source: "file://m", database: "none://b", protected: true } },
		});
		expect(await run("up")).toMatchObject(refused('"source" in godwit.config.json: the source URL has no scheme'));
		const broken = refused('"database" of the environment "b" in godwit.config.json: no driver for the scheme "none"');
		expect(await run("-env b up")).toMatchObject(broken);
	});

	it("is named in the command that status says to type next, as it was named to status", async () => {
		const { folder, run } = await project(two, { "my.json": JSON.stringify(two), ".env": "A=b" });
		expect((await run("status")).stdout).toMatch(/^next: godwit up$/m);
		expect((await run("-env prod status")).stdout).toMatch(/^next: godwit -env prod up$/m);
		const { next } = JSON.parse((await run("status -json -env-file .env -env prod -config my.json")).stdout);
		expect(next).toBe("godwit -config my.json -env prod -env-file .env up");
		const oddly = { cwd: folder };
		mkdirSync(join(folder, "it's here"));
		symlinkSync(join(folder, "my.json"), join(folder, "it's here/c.json"));
		symlinkSync(join(folder, "m"), join(folder, "it's here/m"));
		const { stdout } = await godwit(["-config", "it's here/c.json", "status"], oddly);
		expect(stdout).toMatch(/^next: godwit -config 'it'\\''s here\/c\.json' up$/m);
	});

	it("is not what the next command that status shows works on, when status was told of another place", async () => {
		const other = { "other/1_a.up.sql": "CREATE TABLE other (x);" };
		const { folder, run } = await project({ source: "file://m", database: "sqlite://prod.db" }, other);
		const url = "sqlite://it's here.db?x-lock-timeout=5s";
		const { stdout } = await godwit(["-database", url, "-path", "other", "status"], { cwd: folder });
		const [, shown = ""] = /^next: godwit (.*)$/m.exec(stdout) ?? [];
		expect(shown).toBe("-database 'sqlite://it'\\''s here.db?x-lock-timeout=5s' -path other up");
		const typed = execFileSync("sh", ["-c", `printf '%s\\n' ${shown}`], { encoding: "utf8" })
			.trimEnd()
			.split("\n");
		expect(await godwit(typed, { cwd: folder })).toMatchObject({ code: 0 });
		expect((await godwit(["-database", url, "version"], { cwd: folder })).stdout).toBe("1\n");
		expect(await run("version")).toMatchObject({ code: 1 });
	});

	it("says the policies of an environment, and a flag says otherwise", async () => {
		const { run } = await project({ ...two, newer: "allow" });
		const without = await folderOf({ "1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);" });
		await run("up");
		expect(await run(`-path ${without} up`)).toMatchObject({ code: 0, stderr: expect.stringContaining("no change") });
		expect(await run(`-path ${without} up -newer error`)).toMatchObject({ code: 1 });
		await run("-env prod up");
		expect(await run(`-env prod -path ${without} up`)).toMatchObject({ code: 1 });
	});

	it("is not read for help and -version, nor with -config none", async () => {
		const { run } = await project({}, { "godwit.config.json": "{" });
		expect(await run("version")).toMatchObject(refused("godwit.config.json:1:2: this is not valid JSON"));
		for (const args of ["help", "-help", "-version", "up -help"]) expect(await run(args)).toMatchObject({ code: 0 });
		expect(await run("-config none version")).toMatchObject(refused("no database"));
	});

	it("is the file that -config names", async () => {
		const { run } = await project({}, { "godwit.config.json": "{", "sub/a.json": JSON.stringify(two) });
		expect(await run("-config sub/a.json -path m up 1")).toMatchObject({ code: 0 });
		expect(await run("-database sqlite://sub/dev.db -config none version")).toMatchObject(printed("1"));
		expect(await run("-config none -env prod up")).toMatchObject(
			refused('there is no environment "prod": -config none'),
		);
		expect(await run("-config a.yaml up")).toMatchObject(refused("-config a.yaml is no configuration: its name must"));
		expect(await run("-config b.json up")).toMatchObject(refused("-config b.json is not there"));
		expect(await run("-config= up")).toMatchObject(refused("-config is empty; say which"));
	});
});

/** Commands that take something back; a repair does with a cure. */
const BACKWARDS: ReadonlySet<string> = new Set([
	"down",
	"redo",
	"drop",
	"force",
	"restore",
	"baseline",
	"goto",
	"repair",
]);

/** A command line for each command, and one for each flag of those that take something back. */
async function everyLine(): Promise<readonly { readonly command: NamedCommand; readonly line: string }[]> {
	const operands: Readonly<Record<string, string>> = {
		goto: "1",
		force: "1",
		baseline: "1",
		restore: "copy.db",
		create: "x",
		completion: "bash",
	};
	return (await allCommands()).flatMap((command) => {
		const line = [command.name, operands[command.name] ?? []].flat().join(" ");
		const flags = BACKWARDS.has(command.name) ? command.flags : [];
		return [{ command, line }, ...flags.map((flag) => ({ command, line: `${line} ${withOthers(command, flag)}` }))];
	});
}

/** A flag with a value, and with the flag that it goes with. */
function withOthers(command: NamedCommand, { name, kind, words, value = "" }: Flag): string {
	const needed = new Map([
		["down -f", "-stored "],
		["goto -backup-dir", "-backup "],
		["goto -keep", "-backup "],
	]).get(`${command.name} -${name}`);
	if (kind === "boolean") return `${needed ?? ""}-${name}`;
	return `${needed ?? ""}-${name} ${words?.[0] ?? (/^[NV]/.test(value) ? "1" : "x")}`;
}

describe("a protected environment", () => {
	it("keeps every command out that takes something back, with every flag, and no other one", async () => {
		const { run } = await project(two, { "copy.db": "" });
		await run("-env prod up");
		for (const { command, line } of await everyLine()) {
			const { code, stderr, stdout } = await run(`-env prod ${line}`);
			const reason = `${command.name} is refused: this is the database of the protected environment "prod" in godwit.config.json; add -confirm prod`;
			const refused = BACKWARDS.has(command.name) && !["repair", "repair -note x"].includes(line);
			expect(stderr.includes(reason), line).toBe(refused);
			if (refused) expect({ code, stdout }, line).toEqual({ code: 1, stdout: "" });
		}
		const events = (await run("-env prod history -json")).stdout.trim().split("\n");
		expect(new Set(events.map((text) => JSON.parse(text).op))).toEqual(new Set(["up"]));
	});

	it("lets through what takes nothing back, and what is confirmed", async () => {
		const { run } = await project(two);
		for (const args of ["goto 2", "status", "repair", "up", "version", "history", "unlock"]) {
			expect(await run(`-env prod ${args}`), args).toMatchObject({ code: 0 });
		}
		const { stdout, stderr } = await run("-env prod goto 1 -backup -json");
		expect({ lines: stdout.split("\n").length, stderr }).toMatchObject({
			lines: 2,
			stderr: expect.stringContaining("goto is refused"),
		});
		expect(await run("-env prod goto 1 -confirm default")).toMatchObject({
			code: 1,
			stderr: expect.stringContaining("add -confirm prod instead of -confirm default to go on"),
		});
		expect(await run("-env prod goto 1 -confirm prod")).toMatchObject({ code: 0 });
	});

	it("keeps out what goes on with a way down in rounds, which status tells of", async () => {
		// Its second round is refused, after the first one was committed.
		const down = "-- godwit: until-done\nUPDATE t SET b = NULL WHERE b IS NOT NULL /* godwit: AND id = 1 */;";
		const { run } = await project(
			{ ...two, source: "file://r" },
			{
				"r/1_t.up.sql": "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT); INSERT INTO t VALUES (1, 1), (2, 2);",
				"r/2_f.up.sql": "SELECT 1;",
				"r/2_f.down.sql": down,
				"r/3_after.up.sql": "CREATE TABLE after_it (x);",
			},
		);
		await run("-env prod up 2");
		expect(await run("-env prod -confirm prod goto 1")).toMatchObject({
			code: 1,
			stderr: expect.stringContaining("would change 1 more rows"),
		});
		expect(await run("-env prod goto 1")).toMatchObject(
			refused("goto is refused: this is the database of the protected"),
		);
		expect(await run("-env prod up")).toMatchObject(refused("r/2_f.up.sql is half reverted"));
		const { stdout, code } = await run("-env prod status -exit-code");
		expect(stdout).toContain("under-way down: 1 rows");
		expect(stdout).toContain("next: godwit -env prod down 1");
		expect(code).toBe(4);
		expect(JSON.parse((await run("-env prod status -json")).stdout).migrations[1]).toMatchObject({
			state: "under-way",
			rows: 1,
			event: "round",
			direction: "down",
		});
	});

	it("is known by its database, however that is named and spelt", async () => {
		const { run, folder } = await project(two);
		await run("-env prod up");
		symlinkSync("prod.db", join(folder, "link.db"));
		for (const url of [
			"sqlite://prod.db",
			"sqlite3://sub/../prod.db?x-history=off",
			`sqlite-wasm://${folder}/link.db`,
		]) {
			expect(await run(`-database ${url} drop -f`), url).toMatchObject(refused("drop is refused"));
			expect(await run("drop -f", { DATABASE_URL: url }), url).toMatchObject(refused("drop is refused"));
		}
		await run("up");
		expect(await run("-env prod -database sqlite://dev.db drop -f")).toMatchObject({ code: 0 });
	});

	it("whose scheme has no driver here protects what it is used with, and nothing else", async () => {
		const { run } = await project({
			...two,
			environments: { far: { database: "nowhere://db", protected: true } },
		});
		expect(await run("drop -f")).toMatchObject({ code: 0 });
		expect(await run("-env far -database sqlite://dev.db drop -f")).toMatchObject(refused("drop is refused"));
	});

	it("is known by one of its servers", async () => {
		const { run } = await project({
			source: "file://m",
			environments: { prod: { database: "postgres://127.0.0.1:1,127.0.0.1:2/app", protected: true } },
		});
		expect(await run("-database postgres://127.0.0.1:1/app down 1")).toMatchObject(refused("down is refused"));
	});

	it("whose database is not known protects what it is used with", async () => {
		const { run } = await project({
			source: "file://m",
			protected: true,
			environments: { a: { database: "sqlite://a.db" } },
		});
		expect(await run("drop -f", { DATABASE_URL: "sqlite://b.db" })).toMatchObject(refused("drop is refused"));
		expect(await run("-env a drop -f")).toMatchObject({ code: 0 });
	});
});

describe("a configuration that is a module", () => {
	it("logs to standard error, which is for people", async () => {
		const text = 'console.log("noise"); console.info("more"); export default { database: "sqlite://a.db" };';
		const cwd = await folderOf({ "package.json": "{}", "godwit.config.mjs": text });
		const { stdout, stderr } = await godwit(["force", "7", "-json"], { cwd });
		expect(stderr).toBe("noise\nmore\n");
		for (const line of stdout.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ godwit: 1 });
	});

	it.each([
		["mjs", "export default { database: 'sqlite:' + '//a.db' };"],
		["ts", "const database: string = 'sqlite://a.db';\nexport default { database };"],
	])("runs as .%s", async (extension, text) => {
		const folder = await folderOf({ "package.json": '{ "type": "module" }', [`godwit.config.${extension}`]: text });
		expect(await godwit(["force", "7"], { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
		expect(await godwit(["version"], { cwd: folder })).toMatchObject(printed("7"));
	});

	it.each([
		["mjs", 'export default {};\nthrow new Error("boom");', ":2:7: Error: boom\n"],
		["ts", 'const a: string = "boom";\nexport default {};\nthrow new TypeError(a);', ":3:7: TypeError: boom\n"],
		["mjs", "export default {\n  a: 1,,\n};", ":2:8: SyntaxError: Unexpected token ','\n"],
		["ts", "const a = 1;\nenum A { b }\nexport default {};", ":2:1: SyntaxError: TypeScript enum is not supported"],
		["mjs", 'export default {};\nthrow "pa55w0rd";', ": it threw string\n"],
		["mjs", 'import "./none.mjs";', ": Error: Cannot find module"],
	])("says why a .%s cannot be loaded: %s", async (extension, text, message) => {
		const name = `godwit.config.${extension}`;
		const folder = await folderOf({ "package.json": '{ "type": "module" }', [name]: text });
		expect(await godwit(["version"], { cwd: folder })).toMatchObject(refused(`cannot load ${name}${message}`));
	});

	it("says what makes an ES module of a godwit.config.ts that Node takes for CommonJS", async () => {
		const folder = await folderOf({
			"package.json": '{"type":"commonjs"}',
			"godwit.config.ts": 'export default { database: "sqlite://a.db" };',
		});
		const { code, stderr } = await godwit(["version"], { cwd: folder });
		expect(code).toBe(1);
		expect(stderr).toContain("cannot load godwit.config.ts:1:1: SyntaxError: Unexpected token 'export'");
		expect(stderr).toContain(
			'; package.json says "type": "commonjs": make that "module", or call the file godwit.config.mjs and take the types out\n',
		);
	});
});
