import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/source/memory-source.ts";

describe("memorySource", () => {
	it("takes what import.meta.glob makes: paths and functions that load text", async () => {
		const loaded: string[] = [];
		const load = (text: string) => async () => {
			loaded.push(text);
			return text;
		};
		await using source = memorySource({
			"./migrations/1_users.up.sql": load("create table users (id)"),
			"/src/migrations/2_posts.up.sql": load("create table posts (id)"),
		});
		const file = await source.readUp(1n);
		expect(file).toMatchObject({ identifier: "users", location: "./migrations/1_users.up.sql" });
		expect(loaded).toEqual([]);
		expect(await file?.body.text()).toBe("create table users (id)");
		expect(loaded).toEqual(["create table users (id)"]);
		expect(await source.versions()).toEqual([1n, 2n]);
	});

	it("has the text byte for byte", async () => {
		await using source = memorySource({ "1_a.up.sql": "select 'é😀'\r\n" });
		const chunks: Uint8Array[] = [];
		for await (const chunk of (await source.readUp(1n))?.body ?? []) chunks.push(chunk);
		expect(Buffer.concat(chunks)).toEqual(Buffer.from("select 'é😀'\r\n"));
	});

	it("gives a short text at once, a long one and one that is loaded in pieces only", async () => {
		const texts = { "1_a.up.sql": "é", "2_b.up.sql": "x".repeat(16_384), "3_c.up.sql": "x".repeat(16_385) };
		await using source = memorySource({ ...texts, "4_d.up.sql": async () => "é" });
		const lengths = await Promise.all(
			[1n, 2n, 3n, 4n].map(async (version) => (await source.readUp(version))?.body.whole?.()?.length),
		);
		expect(lengths).toEqual([2, 16_384, undefined, undefined]);
	});

	it("refuses one version in two folders and names both paths", () => {
		expect(() => memorySource({ "a/1_x.up.sql": "", "b/1_x.up.sql": "" })).toThrow(
			expect.objectContaining({
				code: "ERR_DUPLICATE_MIGRATION",
				message: expect.stringContaining("in memory: a/1_x.up.sql and b/1_x.up.sql"),
			}),
		);
	});

	it.each([
		[undefined, /^memorySource takes an object .* not undefined; with import\.meta\.glob, pass/],
		["1_a.up.sql", /, not string; with/],
		[[["1_a.up.sql", "a"]], /, not an array; with/],
		[new Map([["1_a.up.sql", "a"]]), /, not a Map .*; pass Object\.fromEntries\(list\)/],
		[Promise.resolve({ "1_a.up.sql": "a" }), /, not a promise of one; await it first$/],
	])("refuses what has no files by name: %o", (files, message) => {
		expect(() => Reflect.apply(memorySource, undefined, [files])).toThrow(
			expect.objectContaining({ name: "TypeError", message: expect.stringMatching(message) }),
		);
	});

	it("refuses a name that looks like a migration's", () => {
		expect(() => memorySource({ "a/1_x.sql": "" })).toThrow(expect.objectContaining({ code: "ERR_MIGRATION_NAME" }));
	});

	it.each([
		[new Error("chunk 404"), "chunk 404"],
		["offline", "offline"],
	])("names the file that cannot be loaded: %s", async (cause, reason) => {
		await using source = memorySource({ "db/1_x.up.sql": () => Promise.reject(cause) });
		await expect((await source.readUp(1n))?.body.text()).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: `cannot load db/1_x.up.sql: ${reason}`,
			details: { location: "db/1_x.up.sql" },
			cause,
		});
	});

	it("names the file whose loader throws at once", async () => {
		const loader = (): Promise<string> => {
			throw new Error("no loader");
		};
		await using source = memorySource({ "1_x.up.sql": loader });
		await expect((await source.readUp(1n))?.body.text()).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: "cannot load 1_x.up.sql: no loader",
		});
	});

	it.each([
		["text", "select 1", false],
		["a module", { default: "select 1" }, false],
		["a function that loads text", async () => "select 1", true],
		["a function that loads a module", async () => ({ default: "select 1" }), true],
		["a function that returns text", () => "select 1", true],
	])("takes %s, as import.meta.glob makes it", async (_, value, loaded) => {
		await using source = memorySource({ "1_x.up.sql": value });
		const body = (await source.readUp(1n))?.body;
		expect(body?.whole === undefined).toBe(loaded);
		expect(await body?.text()).toBe("select 1");
	});

	it.each([
		[{ default: () => {} }, "is object, not text"],
		[undefined, "is undefined, not text"],
		[null, "is null, not text"],
		[["select 1"], "is an array, not text"],
		[new Uint8Array(3), "is object, not text"],
		["/assets/1_x-D3.sql", "is the address of a file, not its text"],
		["./1_x-D3.sql", "is the address of a file, not its text"],
		[{ default: "data:application/sql;base64,c2VsZWN0" }, "is the address of a file, not its text"],
	])("refuses %j at once, and says what to pass", (value, problem) => {
		expect(() => memorySource({ "a/1_x.up.sql": value as string })).toThrow(
			new TypeError(
				`a/1_x.up.sql ${problem}; with import.meta.glob, pass { query: "?raw", import: "default" }, elsewhere have the files loaded as text`,
			),
		);
	});

	it("takes text that begins with a comment, or is one word", async () => {
		await using source = memorySource({ "1_a.up.sql": "/*a*/", "2_b.up.sql": "VACUUM", "3_c.up.sql": "" });
		expect(await (await source.readUp(1n))?.body.text()).toBe("/*a*/");
	});

	it("does not run the address of a file that was loaded in place of its text", async () => {
		await using source = memorySource({ "1_x.up.sql": async () => ({ default: "/assets/1_x-D3.sql" }) });
		await expect((await source.readUp(1n))?.body.text()).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringContaining(
				'loads as the address of a file, not as its text; with import.meta.glob, pass { query: "?raw"',
			),
		});
	});

	it("does not run a module that was loaded in place of its text", async () => {
		const module = { default: { sql: "create table x (id)" } };
		await using source = memorySource({ "1_x.up.sql": async () => module as unknown as string });
		await expect((await source.readUp(1n))?.body.text()).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringContaining(
				'1_x.up.sql loads as object, not as text; with import.meta.glob, pass { query: "?raw"',
			),
		});
	});
});
