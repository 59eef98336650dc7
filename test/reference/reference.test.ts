import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { buildReference, type Reference, type ReferenceAnswer, startReference } from "./reference.ts";

const COLD_BUILD_MS = 15 * 60_000;
const FILES = {
	"1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY)",
	"1_users.down.sql": "DROP TABLE users",
	"2_posts.up.sql": "CREATE TABLE posts (id INTEGER PRIMARY KEY); CREATE INDEX recent ON posts (id)",
	"2_posts.down.sql": "DROP TABLE posts",
};
const USERS = ["table", "users", "users", "CREATE TABLE users (id INTEGER PRIMARY KEY)"];
const POSTS = ["table", "posts", "posts", "CREATE TABLE posts (id INTEGER PRIMARY KEY)"];
const RECENT = ["index", "recent", "posts", "CREATE INDEX recent ON posts (id)"];

let program: string;
beforeAll(async () => {
	program = (await buildReference()).reference;
}, COLD_BUILD_MS);

describe.for(["sqlite3", "sqlite", "ncruces-sqlite3"])("the reference over %s", (scheme) => {
	let folder: string;
	let reference: Reference;

	beforeAll(async () => {
		reference = await startReference(program);
	});
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "reference-"));
	});
	afterEach(async () => {
		await reference.close();
		await rm(folder, { recursive: true });
	});
	afterAll(async () => {
		await reference[Symbol.asyncDispose]();
	});

	const database = (options = ""): string => `${scheme}://${folder}/app.db${options}`;

	async function open(files: Readonly<Record<string, string>>, options?: string): Promise<ReferenceAnswer> {
		for (const [name, body] of Object.entries(files)) await writeFile(join(folder, name), body);
		return reference.open(`file://${folder}`, database(options));
	}

	it("answers with outcome, version and schema", async () => {
		expect(await open(FILES)).toEqual({
			outcome: "ok",
			short: 0,
			message: "",
			version: -1n,
			dirty: false,
			rows: [],
			schema: [],
		});
		expect(await reference.up()).toMatchObject({
			outcome: "ok",
			version: 2n,
			dirty: false,
			rows: [{ version: 2n, dirty: false }],
			schema: [RECENT, POSTS, USERS],
		});
		expect(await reference.up()).toMatchObject({ outcome: "no-change", version: 2n });
		expect(await reference.migrate(1n)).toMatchObject({ outcome: "ok", version: 1n, schema: [USERS] });
		expect(await reference.migrate(9n)).toMatchObject({
			outcome: "not-exist",
			version: 1n,
			message: "no migration found for version 9: read down for version 9 .: file does not exist",
		});
		expect(await reference.down()).toMatchObject({ outcome: "ok", version: -1n, rows: [], schema: [] });
		expect(await reference.down()).toMatchObject({ outcome: "no-change", version: -1n });
		expect(await reference.version()).toMatchObject({ outcome: "nil-version" });
	});

	it("says not-exist for an empty source", async () => {
		await open({});
		expect(await reference.up()).toMatchObject({ outcome: "not-exist", message: "first .: file does not exist" });
	});

	it("moves the version down over a missing down file and leaves the schema", async () => {
		const { "2_posts.down.sql": _, ...oneWay } = FILES;
		await open(oneWay);
		await reference.up();
		expect(await reference.steps(-1)).toMatchObject({ outcome: "ok", version: 1n, schema: [RECENT, POSTS, USERS] });
	});

	it("leaves a failed up dirty at its own version and rolls its statements back", async () => {
		await open({ ...FILES, "2_posts.up.sql": "CREATE TABLE posts (id); CREATE TABLE posts (id)" });
		expect(await reference.up()).toMatchObject({
			outcome: "sql-error",
			message: expect.stringContaining("table posts already exists"),
			version: 2n,
			dirty: true,
			schema: [USERS],
		});
		expect(await reference.up()).toMatchObject({
			outcome: "dirty",
			message: "Dirty database version 2. Fix and force version.",
		});
		expect(await reference.force(1n)).toMatchObject({ outcome: "ok", version: 1n, dirty: false });
	});

	it("keeps the statements before the failing one with x-no-tx-wrap", async () => {
		const twice = "CREATE TABLE posts (id INTEGER PRIMARY KEY); CREATE TABLE posts (id)";
		await open({ ...FILES, "2_posts.up.sql": twice }, "?x-no-tx-wrap=true");
		expect(await reference.up()).toMatchObject({ outcome: "sql-error", schema: [POSTS, USERS] });
	});

	it("is -1 and dirty after a failed down of the first migration", async () => {
		await open({ ...FILES, "1_users.down.sql": "DROP TABLE nobody" });
		await reference.up();
		expect(await reference.down()).toMatchObject({
			outcome: "sql-error",
			version: -1n,
			dirty: true,
			rows: [{ version: -1n, dirty: true }],
			schema: [USERS],
		});
		expect(await reference.version()).toMatchObject({ outcome: "nil-version", dirty: true });
		expect(await reference.up()).toMatchObject({ outcome: "dirty" });
	});

	it("forces any version from -1 on", async () => {
		await open(FILES);
		const beyondDouble = 2n ** 53n + 1n;
		expect(await reference.force(beyondDouble)).toMatchObject({ outcome: "ok", version: beyondDouble });
		expect(await reference.force(-1n)).toMatchObject({ outcome: "ok", version: -1n, rows: [] });
		expect(await reference.force(-2n)).toMatchObject({ outcome: "invalid-version", version: -1n });
	});

	it("counts what steps() lacks", async () => {
		await open(FILES);
		expect(await reference.steps(0)).toMatchObject({ outcome: "no-change" });
		expect(await reference.steps(-1)).toMatchObject({ outcome: "not-exist", version: -1n });
		expect(await reference.steps(5)).toMatchObject({ outcome: "short-limit", short: 3, version: 2n });
		expect(await reference.steps(1)).toMatchObject({ outcome: "not-exist", version: 2n });
		expect(await reference.steps(-5)).toMatchObject({ outcome: "short-limit", short: 3, version: -1n });
	});

	it("refuses duplicates at open, before there is a database", async () => {
		expect(await open({ ...FILES, "001_again.up.sql": "" })).toMatchObject({
			outcome: "duplicate",
			message: expect.stringContaining("duplicate migration file: "),
		});
		await expect(stat(join(folder, "app.db"))).rejects.toThrow("ENOENT");
		expect(await reference.up()).toMatchObject({ outcome: "other", message: "no session is open" });
	});

	it("ignores names that do not parse", async () => {
		await open({
			"1.up.sql": "SELEKT",
			"-2_a.up.sql": "SELEKT",
			"3_a.sql": "SELEKT",
			"99999999999999999999_a.up.sql": "",
		});
		expect(await reference.up()).toMatchObject({ outcome: "not-exist" });
	});

	it("drops the tables and the version table with them", async () => {
		await open(FILES);
		await reference.up();
		expect(await reference.drop()).toMatchObject({ outcome: "ok", version: -1n, rows: [], schema: [] });
	});

	it("fails to drop sqlite_sequence", async () => {
		await open({ "1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT)" });
		await reference.up();
		expect(await reference.drop()).toMatchObject({
			outcome: "sql-error",
			message: expect.stringContaining("table sqlite_sequence may not be dropped"),
		});
	});

	it("keeps the version in the table that x-migrations-table names", async () => {
		await open(FILES, "?x-migrations-table=history");
		expect(await reference.up()).toMatchObject({
			version: 2n,
			rows: [{ version: 2n, dirty: false }],
			schema: [RECENT, POSTS, USERS],
		});
	});

	it("survives a panic", async () => {
		const minusFive =
			"CREATE TRIGGER t AFTER INSERT ON schema_migrations BEGIN UPDATE schema_migrations SET version = -5; END";
		await open({ "1_trigger.up.sql": minusFive });
		await reference.up();
		expect(await reference.version()).toMatchObject({
			outcome: "other",
			message: "panic: suint(-5) expects input >= 0",
			version: -5n,
		});
	});

	it("opens one database after another", async () => {
		await open(FILES);
		await reference.up();
		expect(await reference.close()).toMatchObject({ outcome: "ok", message: "", version: -1n });
		expect(await open({})).toMatchObject({ outcome: "ok", version: 2n, schema: [RECENT, POSTS, USERS] });
		expect(await open({})).toMatchObject({ outcome: "other", message: "a session is open already", version: 2n });
	});
});

describe("startReference", () => {
	it("answers in the order of the calls", async () => {
		await using reference = await startReference(program);
		const answers = await Promise.all([
			reference.open("file:///nowhere/at/all", "sqlite3:///nowhere.db"),
			reference.up(),
		]);
		expect(answers.map(({ outcome }) => outcome)).toEqual(["not-exist", "other"]);
	});

	it("keeps no file open after failed operations", async () => {
		const folder = await mkdtemp(join(tmpdir(), "reference-"));
		const limited = join(folder, "limited.sh");
		await writeFile(limited, `#!/bin/sh\nulimit -n 40\nexec "${program}"\n`, { mode: 0o755 });
		await writeFile(join(folder, "1_a.up.sql"), "SELEKT");
		await writeFile(join(folder, "2_b.up.sql"), "SELECT 1");
		await using reference = await startReference(limited);
		await reference.open(`file://${folder}`, `sqlite3://${folder}/app.db`);
		for (let time = 0; time < 40; time++) {
			expect(await reference.up()).toMatchObject({ outcome: "sql-error", version: 1n });
			await reference.force(-1n);
		}
		await reference.close();
		await rm(folder, { recursive: true });
	});

	it("rejects what is sent after the process has ended", async () => {
		const reference = await startReference(program);
		await reference[Symbol.asyncDispose]();
		await expect(reference.up()).rejects.toThrow("the reference ended with 0");
	});

	it("rejects when the program is missing", async () => {
		await expect(startReference(join(tmpdir(), "no-such-reference"))).rejects.toThrow("ENOENT");
	});
});

describe("buildReference", () => {
	afterEach(() => {
		vi.unstubAllEnvs();
	});

	it("says that Go is needed where it is missing", async () => {
		vi.stubEnv("PATH", "");
		await expect(buildReference()).rejects.toThrow("need Go");
	});
});
