import { readFile, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Migrate, openDriver, openSource } from "../src/index.ts";
import { folderOf, godwit, type Outcome, threeMigrations } from "./fixtures/godwit.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const USER = "ann:pa55w0rd@host";
const drivers = ["leaky-driver"] as const;

/** Every way to say more. */
const LOUD = { DEBUG: "*" };

/** Runs the command with a URL in its arguments or its environment, and returns all that it printed. */
async function said(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
	const cwd = await folderOf(threeMigrations);
	return godwit(args, { cwd, drivers, env: { ...LOUD, ...env } });
}

function expectNoSecret({ code, stdout, stderr }: Outcome, ...secrets: readonly string[]): void {
	expect(code).not.toBe(0);
	expect(stderr).toContain("error: ");
	for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
}

const URLS_WITH_SECRETS = [
	`mystery://${USER}/app?key=t0ken`,
	`mystery://t0ken@host/app?a=b&x-token=t0ken`,
	`mystery:${USER}`,
	`MYSTERY://ann:pa55w0rd%20pa55w0rd@host`,
	"sqlite3://app.db?x-token=t0ken",
	"sqlite3://app.db?token=t0ken&token=t0ken",
	"sqlite-wasm://app.db?x-lock-timout=t0ken&password=pa55w0rd",
	`sqlite-native://?url=http://${USER}`,
	"sqlite-native://app%00.db?key=t0ken",
	"sqlite-native://100%.db?key=t0ken",
	"sqlite-native://file:app.db?key=t0ken",
	"sqlite-native://nowhere/app.db?x-busy-timeout=1s&key=t0ken",
	`leaky://${USER}/app?key=t0ken`,
	`leaky://plain:pa55w0rd@host/app?key=t0ken&more=pa55w0rd`,
	`leaky://ann:p@ss/pa55w0rd@host/app?key=t0ken`,
	`leaky://ann@corp:p/pa55w0rd@host/app?key=#t0ken`,
	"host=db password=pa55w0rd options=-c:x",
	"t0ken@host:5432/app",
];

describe("the command shows no password and no value of an option", () => {
	it.each(URLS_WITH_SECRETS)("of -database %s", async (url) => {
		expectNoSecret(await said(["-path", "m", "-verbose", "-database", url, "up"]), "pa55w0rd", "t0ken");
	});

	it.each([
		...["version", "unlock -f", "drop -f", "force 1", "down -all"].map((command) => ({
			command,
			name: "DATABASE_URL",
		})),
		{ command: "goto 2", name: "GODWIT_DATABASE" },
	])("of $name in $command", async ({ command, name }) => {
		const url = `leaky://${USER}/app?key=t0ken`;
		expectNoSecret(await said(["-path", "m", ...command.split(" ")], { [name]: url }), "pa55w0rd", "t0ken");
	});

	it.each([
		`mystery://${USER}/app?key=t0ken`,
		`github://ann:t0ken@owner/repository/path`,
		"file://m?token=t0ken",
		`leaky://${USER}/m?key=t0ken`,
		`leaky://ann:p@ss/pa55w0rd@host/m?a&key=t0ken`,
	])("of -source %s", async (url) => {
		const outcome = await said(["-source", url, "-verbose", "-database", "sqlite3://app.db", "up"]);
		expectNoSecret(outcome, "pa55w0rd", "t0ken");
	});

	it.each([
		["an unknown command", ["{}", "up"]],
		["a folder", ["-path", "{}", "-database", "sqlite3://app.db", "up"]],
		["an unknown flag", ["-datbase={}", "up"]],
		["the value of another flag", ["-prefetch={}", "up"]],
		["the value of a boolean flag", ["-verbose={}", "up"]],
		["a flag without a name", ["-={}", "up"]],
		["a number of steps", ["-path", "m", "-database", "sqlite3://app.db", "up", "{}"]],
	])("of a URL that is %s", async (_, args) => {
		const url = `postgres://${USER}/app?key=t0ken`;
		const outcome = await said(args.map((arg) => arg.replace("{}", url)));
		expectNoSecret(outcome, "pa55w0rd", "t0ken");
	});
});

describe("the library shows no password and no value of an option", () => {
	const secret = fc.stringMatching(/^S[!-~]{6,20}S$/).filter((text) => !/[&#]/.test(text));

	/** All that can be seen of what a promise is rejected with. */
	async function rejection(promise: Promise<AsyncDisposable>): Promise<string> {
		const reason = await promise.then(
			async (opened) => {
				await opened[Symbol.asyncDispose]();
				return new Error("nothing failed");
			},
			(error: unknown) => error,
		);
		return `${inspect(reason, { depth: null, showHidden: true })}${JSON.stringify(reason)}${String(reason)}`;
	}

	it("of a URL that no driver and no source takes", async () => {
		const property = fc.asyncProperty(secret, secret, async (password, value) => {
			const url = `mystery://ann:${password}@host/app?key=${value}`;
			for (const opening of [openDriver(url), openSource(url), Migrate.open(url, url), Migrate.open("file://.", url)]) {
				const shown = await rejection(opening);
				expect(shown).toContain("mystery");
				expect(shown).not.toContain(password);
				expect(shown).not.toContain(value);
			}
		});
		await fc.assert(property, { seed, numRuns: 100 });
	});

	it("of an option that there is not", async () => {
		const property = fc.asyncProperty(
			fc.constantFrom("sqlite-native", "sqlite3", "sqlite-wasm", "ncruces-sqlite3"),
			fc.constantFrom("x-token", "token", "x-lock-timout", "X-ATOMIC", "x-atomic=true&key", "%66", "a;b"),
			fc.constantFrom("app.db", ":memory:", "nowhere/app.db", "file:app.db", "", "100%", "a%00b"),
			secret,
			async (scheme, option, path, value) => {
				const shown = await rejection(Migrate.open("file://.", `${scheme}://${path}?${option}=${value}`));
				expect(shown).toMatch(/ERR_INVALID_(OPTION|URL)/);
				expect(shown).not.toContain(value);
				expect(await rejection(Migrate.open(`file://${path}?${option}=${value}`, "sqlite3://:memory:"))).not.toContain(
					value,
				);
			},
		);
		await fc.assert(property, { seed, numRuns: 200 });
	});
});

describe("the command shows no value of an option that cannot be read", () => {
	it.each([
		"sqlite-native://a.db?x-history=hunter2",
		"sqlite-native://a.db?x-lock-timeout=hunter2%20",
		"postgres://h/d?sslmode=require&sslkey=hunter2",
		"postgres://h/d?channel_binding=hunter2",
		"postgres://h/d?sslmode=hunter2",
		"postgres://h/d?client_encoding=hunter2",
		"postgres://h:hunter2/d",
	])("of %s", async (url) => {
		const outcome = await said(["-path", "m", "-json", "-verbose", "-database", url, "up"]);
		expectNoSecret(outcome, "hunter2");
	});

	it("but says which option it is, and what it takes", async () => {
		const { stderr } = await said(["-path", "m", "-database", "sqlite-native://a.db?x-history=hunter2", "up"], {
			DEBUG: "",
		});
		expect(stderr).toBe("error: x-history=*** cannot be read: it takes full, hash, off\n");
	});
});

describe("a note with a URL", () => {
	it("keeps no secret, neither on the screen nor in the database", async () => {
		const cwd = await folderOf(threeMigrations);
		const run = (...args: readonly string[]): Promise<Outcome> =>
			godwit(["-path", "m", "-database", "sqlite-native://a.db", ...args], { cwd });
		await run("up");
		await run("repair", "-accept", "1", "-note", "as in postgres://ann:hunter2@h/d?k=hunter2, said Ann");
		const { stdout } = await run("history");
		expect(stdout).toContain("as in postgres://***@h/d?k=***");
		expect((await readFile(`${cwd}/a.db`)).includes("hunter2")).toBe(false);
		const database = new DatabaseSync(`${cwd}/a.db`);
		database.exec("UPDATE schema_migrations_history SET note = 'postgres://ann:hunter2@h/d?k=hunter2'");
		database.close();
		for (const args of [["history"], ["status"], ["history", "-json"], ["status", "-json"]]) {
			expect((await run(...args)).stdout).not.toContain("hunter2");
		}
	});
});

describe("SQL on standard output", () => {
	const sql = "CREATE TABLE links (url TEXT DEFAULT 'https://ann:pw@host/?q=one');";

	it("is what it is, also with a URL in it", async () => {
		const cwd = await folderOf({
			"m/1_links.up.sql": sql,
			"m/1_links.down.sql": `DROP TABLE links; ${"-- https://a:b@h/?q=1"}`,
		});
		const run = (...args: readonly string[]): Promise<Outcome> =>
			godwit(["-path", "m", "-database", "sqlite-native://a.db", ...args], { cwd });
		await run("up");
		expect((await run("history", "-show", "1")).stdout).toBe(`${sql}\n`);
		expect(JSON.parse((await run("history", "-show", "1", "-json")).stdout)).toMatchObject({ text: sql });
		expect((await run("dump")).stdout).toContain(sql);
		const document = await run("dump", "-json");
		expect(JSON.parse(document.stdout).objects[0].sql).toBe(sql.slice(0, -1));
		await writeFile(`${cwd}/s.json`, document.stdout);
		expect((await run("dump", "-format", "json", "-check", "s.json")).code).toBe(0);
		await writeFile(`${cwd}/m/1_links.up.sql`, `${sql} `);
		expect((await run("history", "-diff", "1")).stdout).toContain(`-${sql}\n`);
		expect((await run("down", "1", "-stored", "-f")).stdout).toContain("-- https://a:b@h/?q=1\n");
	});
});

describe("a URL where it does not belong", () => {
	it.each([
		["a path that was meant for a server, which is not there", ["-path", "m", "-database", `sqlite3://${USER}/app.db`]],
		["a source that was meant for a server", ["-source", `file://${USER}/m`, "-database", "sqlite3://app.db"]],
		["an encoded password", ["-path", "m", "-database", "sqlite3://ann%3Apa55w0rd@host/app.db"]],
		["a password with a slash", ["-source", "file://ann:pa55w0rd/@host/m", "-database", "sqlite3://app.db"]],
		["a source with a wrong percent sign", ["-source", "file://ann:pa55w0rd%@host", "-database", "sqlite3://app.db"]],
		["a password with a quote in a stack", ["-verbose", "-path", "m", "-database", "leaky://ann:p'\"`\\pa55w0rd@host"]],
	])("no password is shown of %s", async (_, args) => {
		expectNoSecret(await said([...args, "up"]), "pa55w0rd");
	});

	it.each([`db://ann:pa pa55w0rd@host`, `db://ann:pa'pa55w0rd@host`, `db:${USER}/app`])(
		"no password is shown of a misplaced URL %s",
		async (url) => {
			expectNoSecret(await said([url, "up"]), "pa55w0rd");
			expectNoSecret(await said([`-prefetch=${url}`, "up"]), "pa55w0rd");
		},
	);

	it("a URL for a folder is told so", async () => {
		const { stderr } = await said(["-path", "file://m", "-database", "sqlite3://app.db", "up"], { DEBUG: "" });
		expect(stderr).toMatch(/^error: a folder is not a URL; give the URL as the source/);
	});
});
