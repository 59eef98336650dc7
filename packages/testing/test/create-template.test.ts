import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { memorySource } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteNode } from "@godwit/sqlite-node";
import { createTemplate, type Template } from "@godwit/testing";
import BetterSqlite3 from "better-sqlite3";
import { Migrate } from "godwit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRAW, type TestFolder, testFolder } from "./migrations.ts";

let folder: TestFolder;

beforeEach(() => {
	folder = testFolder();
});

afterEach(() => folder[Symbol.dispose]());

function template(files: Readonly<Record<string, string>>, database = "sqlite-node://"): Promise<Template> {
	return createTemplate({ source: memorySource(files), database, cacheFolder: folder.cacheFolder });
}

async function drawn(made: Template): Promise<unknown> {
	using copy = await made.open(DatabaseSync);
	return copy.prepare("SELECT drawn FROM draws").get()?.drawn;
}

function templates(): readonly string[] {
	return readdirSync(folder.cacheFolder).sort();
}

describe.each(["sqlite-native", "sqlite-node", "sqlite-wasm"])("a copy in a file, of a template of %s", (scheme) => {
	it("has what the migrations made, and the version and the history, so that up has nothing to do", async () => {
		const source = folder.migrations(DRAW);
		const made = await createTemplate({ source, database: `${scheme}://`, cacheFolder: folder.cacheFolder });
		await using copy = await made.copy();
		await using migrate = await Migrate.open(source, `${scheme}://${copy.path}`);
		expect(await migrate.up()).toMatchObject({ from: 2n, to: 2n, applied: [] });
		expect((await migrate.history()).map(({ op, version }) => [op, version])).toEqual([
			["up", 1n],
			["up", 2n],
		]);
		await migrate.close();
		using database = new DatabaseSync(copy.path);
		expect(database.prepare("SELECT drawn FROM draws").all()).toHaveLength(1);
	});
});

describe.each([
	["sqlite-native", BetterSqlite3, sqliteNative] as const,
	["sqlite-node", DatabaseSync, sqliteNode] as const,
])("a copy in memory, on %s", (scheme, databaseClass, driver) => {
	it("has what the migrations made, and the version and the history, so that up has nothing to do", async () => {
		const made = await template(DRAW, `${scheme}://`);
		const database =
			await made.open<new (...args: never[]) => { exec(sql: string): void; close(): void }>(databaseClass);
		const withInstance = driver.withInstance as (database: object) => ReturnType<typeof driver.withInstance>;
		await using migrate = new Migrate({ source: memorySource(DRAW), driver: withInstance(database) });
		expect(await migrate.up()).toMatchObject({ from: 2n, to: 2n, applied: [] });
		expect(await migrate.history()).toHaveLength(2);
		await migrate.close();
		database.exec("DROP TABLE draws");
		database.close();
		expect(await drawn(made)).toMatch(/^[0-9A-F]{32}$/);
	});

	it("can be of a template in WAL mode", async () => {
		const made = await template(DRAW, `${scheme}://?x-journal-mode=wal`);
		const database =
			await made.open<new (...args: never[]) => { exec(sql: string): void; close(): void }>(databaseClass);
		database.exec("INSERT INTO draws VALUES ('mine')");
		database.close();
		await using copy = await made.copy();
		using file = new DatabaseSync(copy.path);
		expect(file.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
		expect(file.prepare("SELECT count(*) AS n FROM draws").get()).toEqual({ n: 1 });
	});
});

describe("Template.open", () => {
	it("hands the options to the class", async () => {
		const made = await template(DRAW);
		using node = await made.open(DatabaseSync, { enableDoubleQuotedStringLiterals: true });
		expect(node.prepare('SELECT "text" AS a').get()).toEqual({ a: "text" });
		const messages: unknown[] = [];
		const native = await made.open(BetterSqlite3, { verbose: (message) => messages.push(message) });
		native.exec("SELECT 1");
		native.close();
		expect(messages).toEqual(["SELECT 1"]);
	});

	it("refuses another class, and says what there is instead", async () => {
		const made = await template(DRAW);
		await expect(made.open(Map)).rejects.toThrow(
			new TypeError(
				"a copy in memory can be opened with Database of better-sqlite3, DatabaseSync of node:sqlite or Database of bun:sqlite, not with Map; template.copy() makes a file, which any library opens",
			),
		);
		for (const value of ["sqlite", undefined, null, () => {}]) {
			await expect(made.open(value as never)).rejects.toThrow(`not with ${value};`);
		}
	});

	it("says what to use where node:sqlite cannot", async () => {
		const { prototype } = DatabaseSync as unknown as { prototype: { deserialize?: unknown } };
		const { deserialize } = prototype;
		const made = await template(DRAW);
		delete prototype.deserialize;
		try {
			await expect(made.open(DatabaseSync)).rejects.toMatchObject({
				code: "ERR_RUNTIME",
				message: expect.stringContaining("use a newer one, or template.copy(), which makes a file"),
				details: { required: "deserialize of node:sqlite", found: `Node ${process.versions.node}` },
			});
		} finally {
			prototype.deserialize = deserialize;
		}
	});
});

describe("Template.copy", () => {
	it("makes files that know nothing of each other, and are gone when they are removed", async () => {
		const made = await template(DRAW);
		const [first, second] = [await made.copy(), await made.copy()];
		using database = new DatabaseSync(first.path);
		database.exec("DELETE FROM draws");
		database.close();
		using other = new DatabaseSync(second.path);
		expect(other.prepare("SELECT count(*) AS n FROM draws").get()).toEqual({ n: 1 });
		other.close();
		await first.remove();
		await first.remove();
		expect(statSync(first.path, { throwIfNoEntry: false })).toBeUndefined();
		expect(statSync(second.path).isFile()).toBe(true);
		await second.remove();
	});

	it("needs nothing of the cache any more", async () => {
		const made = await template(DRAW);
		const value = await drawn(made);
		rmSync(folder.cacheFolder, { recursive: true });
		await using copy = await made.copy();
		using database = new DatabaseSync(copy.path);
		expect(database.prepare("SELECT drawn FROM draws").get()).toEqual({ drawn: value });
	});
});

describe("createTemplate", () => {
	it("runs the migrations once, and keeps nothing but the template and its lock", async () => {
		const value = await drawn(await template(DRAW));
		expect(await drawn(await template(DRAW))).toBe(value);
		expect(await drawn(await createTemplate({ ...given(), source: folder.migrations(DRAW) }))).toBe(value);
		const [name = "", ...others] = templates();
		expect(others).toEqual([]);
		expect(name).toMatch(/^sqlite-node-[0-9a-f]{32}$/);
		expect(readdirSync(join(folder.cacheFolder, name)).sort()).toEqual(["lock.db", "template.db"]);
	});

	it.each([
		["an up file", { "2_draw.up.sql": "INSERT INTO draws VALUES (hex(randomblob(16))); -- edited" }],
		["a down file, which the history keeps", { "1_draws.down.sql": "DROP TABLE IF EXISTS draws;" }],
		["a line end", { "2_draw.up.sql": "INSERT INTO draws VALUES\r\n(hex(randomblob(16)));" }],
		["one more", { "3_more.up.sql": "CREATE TABLE more (id INTEGER);" }],
	])("makes another one when %s is edited", async (_, edit) => {
		const value = await drawn(await template(DRAW));
		expect(await drawn(await template({ ...DRAW, ...edit }))).not.toBe(value);
		expect(await drawn(await template(DRAW))).toBe(value);
		expect(templates()).toHaveLength(2);
	});

	it("makes another one for other titles, versions, options and drivers", async () => {
		const { "2_draw.up.sql": draw, ...first } = DRAW;
		const values = [
			await drawn(await template(DRAW)),
			await drawn(await template({ ...first, "2_other.up.sql": draw })),
			await drawn(await template({ ...first, "3_draw.up.sql": draw })),
			await drawn(await template(DRAW, "sqlite-node://?x-history=off")),
			await drawn(await template(DRAW, "sqlite-native://")),
		];
		expect(new Set(values).size).toBe(5);
	});

	it("tells files from one another whose texts are the same together", async () => {
		const one = { "1_a.up.sql": "CREATE TABLE draws (drawn);INSERT INTO draws VALUES (1);", "2_b.up.sql": "" };
		const two = { "1_a.up.sql": "CREATE TABLE draws (drawn);", "2_b.up.sql": "INSERT INTO draws VALUES (1);" };
		await template(one);
		await template(two);
		expect(templates()).toHaveLength(2);
	});

	it("reads a file of a migration that is larger than most", async () => {
		const large = { ...DRAW, "3_large.up.sql": `-- ${"x".repeat(200_000)}\nCREATE TABLE large (id INTEGER);` };
		const value = await drawn(await createTemplate({ ...given(), source: folder.migrations(large) }));
		const edited = { ...large, "3_large.up.sql": `${large["3_large.up.sql"]}\n-- more` };
		expect(await drawn(await createTemplate({ ...given(), source: folder.migrations(edited) }))).not.toBe(value);
	});

	it("makes several at once in one process", async () => {
		const values = await Promise.all(
			Array.from({ length: 4 }, async (_, at) =>
				drawn(await template(at % 2 === 0 ? DRAW : { ...DRAW, "3_more.up.sql": "CREATE TABLE more (id INTEGER);" })),
			),
		);
		expect(values[2]).toBe(values[0]);
		expect(values[3]).toBe(values[1]);
		expect(values[1]).not.toBe(values[0]);
	});

	it("removes what a killed process has begun, and makes the template anew", async () => {
		await template(DRAW);
		const [name = ""] = templates();
		const home = join(folder.cacheFolder, name);
		rmSync(join(home, "template.db"));
		mkdirSync(join(home, "making-abcdef"));
		expect(await drawn(await template(DRAW))).toBeDefined();
		expect(readdirSync(home).filter((entry) => entry.startsWith("making-"))).toEqual([]);
		expect(readdirSync(home)).toContain("template.db");
	});

	it("makes a template anew that has lost a part, or has another byte", async () => {
		let value = await drawn(await template(DRAW));
		const path = join(folder.cacheFolder, templates()[0] ?? "", "template.db");
		const whole = readFileSync(path);
		const other = Buffer.from(whole);
		other[100] = 255 - (whole[100] ?? 0);
		for (const broken of [whole.subarray(0, 4096), whole.subarray(0, -1), Buffer.of(), other]) {
			writeFileSync(path, broken);
			const made = await drawn(await template(DRAW));
			expect(made).toMatch(/^[0-9A-F]{32}$/);
			expect(made).not.toBe(value);
			expect(await drawn(await template(DRAW))).toBe(made);
			value = made;
		}
	});

	it("takes a source by URL, path and class URL", async () => {
		const url = folder.migrations(DRAW);
		const path = url.slice("file://".length);
		const value = await drawn(await createTemplate({ ...given(), source: url }));
		expect(await drawn(await createTemplate({ ...given(), source: path }))).toBe(value);
		expect(await drawn(await createTemplate({ ...given(), source: pathToFileURL(path) }))).toBe(value);
	});

	it("removes templates that were made longer than a week ago when it makes one, and nothing else", async () => {
		const DAY_MS = 24 * 60 * 60 * 1000;
		const aged = (name: string, days: number): void => {
			const time = new Date(Date.now() - days * DAY_MS);
			utimesSync(join(folder.cacheFolder, name), time, time);
		};
		await template(DRAW);
		const [old = ""] = templates();
		await template(DRAW, "sqlite-native://");
		const [recent = ""] = templates().filter((name) => name !== old);
		mkdirSync(join(folder.cacheFolder, "notes"));
		const leftovers = [`${old}.removed`, `sqlite-node-${"0".repeat(32)}.removed`];
		for (const name of leftovers) mkdirSync(join(folder.cacheFolder, name, "part"), { recursive: true });
		for (const [name, days] of [
			...leftovers.map((name) => [name, 8] as const),
			["notes", 30],
			[recent, 6],
			[old, 8],
		] as const) {
			aged(name, days);
		}
		await template(DRAW);
		expect(templates()).toEqual(["notes", recent, old, ...leftovers].sort());
		await template({ ...DRAW, "3_more.up.sql": "CREATE TABLE more (id INTEGER);" });
		expect(templates()).toContain("notes");
		expect(templates()).toContain(recent);
		expect(templates()).not.toContain(old);
		expect(templates()).toHaveLength(3);
	});

	it("closes the source, whether it makes the template or finds it", async () => {
		let closed = 0;
		const source = { ...memorySource(DRAW), close: async () => void closed++ };
		const watched = { ...source, [Symbol.asyncDispose]: source.close };
		await createTemplate({ ...given(), source: watched });
		const afterMaking = closed;
		expect(afterMaking).toBeGreaterThan(0);
		await createTemplate({ ...given(), source: watched });
		expect(closed).toBeGreaterThan(afterMaking);
	});

	function given() {
		return { database: "sqlite-node://", cacheFolder: folder.cacheFolder };
	}
});
