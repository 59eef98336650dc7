import { isMigrateError } from "@godwit/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDatabaseUrl } from "../../src/url/database-url.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

function refusal(url: string): string {
	try {
		parseDatabaseUrl(url);
	} catch (error) {
		if (isMigrateError(error, "ERR_INVALID_URL")) return error.message;
		throw error;
	}
	throw new Error("nothing was thrown");
}

describe("parseDatabaseUrl", () => {
	it.each([
		["sqlite-native:///abs/app.db", "/abs/app.db"],
		["sqlite-native://rel/app.db", "rel/app.db"],
		["sqlite-native://app.db", "app.db"],
		["sqlite-native://./app.db", "./app.db"],
		["sqlite-native://../app.db", "../app.db"],
		["sqlite-wasm://C:/data/app.db", "C:/data/app.db"],
		["sqlite-wasm:///C:/data/app.db", "C:/data/app.db"],
		["sqlite-wasm://c:\\data\\app.db", "c:\\data\\app.db"],
		["sqlite-wasm:///c:\\data\\app.db", "c:\\data\\app.db"],
		["sqlite-wasm://C%3A/data/app.db", "C:/data/app.db"],
		["sqlite-native:////server/share/app.db", "//server/share/app.db"],
		["sqlite-native://:memory:", ":memory:"],
		["sqlite3://app.db", "app.db"],
		["ncruces-sqlite3:///abs/app.db", "/abs/app.db"],
		["sqlite://my data/app v2.db", "my data/app v2.db"],
		["sqlite://my%20data/app.db", "my data/app.db"],
		["sqlite://données/größe/数据.db", "données/größe/数据.db"],
		["sqlite://donn%C3%A9es.db", "données.db"],
		["sqlite://100%25.db", "100%.db"],
		["sqlite://why%3F.db", "why?.db"],
		["sqlite://c#/app#1.db", "c#/app#1.db"],
		["sqlite://a+b&c=d;e.db", "a+b&c=d;e.db"],
		["sqlite://./a:b@c.db", "./a:b@c.db"],
		["sqlite://a@b/c:d.db", "a@b/c:d.db"],
		["sqlite:///data//app.db/", "/data//app.db/"],
	])("finds the path in %s", (url, path) => {
		expect(parseDatabaseUrl(url).path).toBe(path);
	});

	it("reads the options behind the first question mark", () => {
		const { path, config } = parseDatabaseUrl("sqlite://a%3F.db?x-migrations-table=a?b&x-atomic=false");
		expect(path).toBe("a?.db");
		expect(config).toMatchObject({ migrationsTable: "a?b", atomic: false });
		expect(parseDatabaseUrl("sqlite://app.db?").config).toEqual(parseDatabaseUrl("sqlite://app.db").config);
	});

	it("passes on what is wrong with an option", () => {
		expect(() => parseDatabaseUrl("sqlite://app.db?x-atomc=false")).toThrow("did you mean x-atomic?");
	});

	it("takes every path in its percent-encoded form", () => {
		const path = fc
			.string({ unit: "grapheme", minLength: 1 })
			.filter((text) => !text.includes("\0") && !text.startsWith("file:") && !/^[/\\][A-Za-z]:[/\\]/.test(text));
		fc.assert(
			fc.property(path, (text) => {
				expect(parseDatabaseUrl(`sqlite-native://${encodeURIComponent(text)}`).path).toBe(text);
			}),
			{ seed, numRuns: 300 },
		);
	});

	it.each([
		["sqlite:app.db", "a database URL is written scheme://path/to/file.db; write sqlite://app.db"],
		["sqlite:app.db?x=secret", "a database URL is written scheme://path/to/file.db; write sqlite://app.db"],
		["sqlite:me:secret@host", "a database URL is written scheme://path/to/file.db"],
		["sqlite:/app.db", "a database URL is written scheme://path/to/file.db; write sqlite:///app.db"],
		["app.db", "a database URL is written scheme://path/to/file.db"],
		["sqlite-wasm://", "the database URL names no file; write it as sqlite-wasm://path/to/file.db"],
		["sqlite://?x-atomic=true", "the database URL names no file; write it as sqlite://path/to/file.db"],
		...["a%00b.db", "a\0b.db"].map((path) => [
			`sqlite://${path}`,
			'the path in the database URL has the control character "\\u0000" at character 2; take it out, also where it is percent-encoded',
		]),
		[
			"sqlite://x%1b[31mapp.db",
			'the path in the database URL has the control character "\\u001b" at character 2; take it out, also where it is percent-encoded',
		],
		[
			"sqlite://x%C2%9B",
			'the path in the database URL has the control character "\\u009b" at its end; take it out, also where it is percent-encoded',
		],
		[
			"sqlite://100%.db",
			"the path in the database URL has a % that begins no percent-encoding; write a literal % as %25",
		],
		[
			"sqlite://%ff.db",
			"the path in the database URL has a % that begins no percent-encoding; write a literal % as %25",
		],
		[
			"sqlite://file:app.db",
			"SQLite's own file: names cannot be used; write the path itself, as in sqlite://path/to/file.db",
		],
		[
			"sqlite://file%3Aapp.db?x-atomic=1",
			"SQLite's own file: names cannot be used; write the path itself, as in sqlite://path/to/file.db",
		],
	])("refuses %j", (url, message) => {
		expect(refusal(url)).toBe(message);
	});
});
