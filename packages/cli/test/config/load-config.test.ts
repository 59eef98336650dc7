import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LoadedConfig } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { folderOf } from "../fixtures/godwit.ts";

/** Loads a configuration that is the only file of its folder. */
async function load(name: string, text: string): Promise<LoadedConfig> {
	const folder = await folderOf({ [name]: text });
	return loadConfig({ path: join(folder, name), manifest: name === "package.json" });
}

async function failure(name: string, text: string): Promise<string> {
	const loaded = load(name, text).then(
		() => "loaded",
		(error: Error) => {
			expect(error.name).toBe("CommandError");
			return error.message;
		},
	);
	return (await loaded).replace(/(?:\.\.\/|tmp\/|godwit-cli-[^/]+\/)+/, "");
}

const text = JSON.stringify({
	$schema: "./x.json",
	source: "file://m",
	database: "env:URL",
	environments: { prod: { database: "sqlite://p.db", protected: true, "out-of-order": "skip", newer: "allow" } },
	drivers: { duckdb: "godwit-driver-duckdb" },
	sources: { s3: "godwit-source-s3" },
});

const expected = {
	environments: new Map([
		["default", { source: "file://m", database: "env:URL" }],
		["prod", { database: "sqlite://p.db", protected: true, "out-of-order": "skip", newer: "allow" }],
	]),
	drivers: new Map([["duckdb", "godwit-driver-duckdb"]]),
	sources: new Map([["s3", "godwit-source-s3"]]),
};

describe("loadConfig", () => {
	it.each([
		[
			'{\n"protected": true, "protected": false }',
			'godwit.config.json:2:20: "protected" is there twice; keep one of them',
		],
		['{"environments":{"a":{"database":"x://\\"a\\": 1","database":"y"}}}', '"database" is there twice'],
		['{"environments":{"a":{},"\\u0061":{}}}', 'godwit.config.json:1:25: "a" is there twice'],
	])("refuses a key that is there twice: %s", async (content, message) => {
		expect(await failure("godwit.config.json", content)).toContain(message);
	});

	it("refuses one in its part of package.json, and leaves the others to npm", async () => {
		const twice = '{ "godwit": { "newer": "allow", "newer": "error" } }';
		expect(await failure("package.json", twice)).toContain('"newer" is there twice');
		expect(await failure("package.json", '{ "godwit": {}, "godwit": { "newer": "allow" } }')).toContain(
			'"godwit" is there',
		);
		expect(await failure("package.json", '{ "a": 1, "a": 2, "godwit": {} }')).toBe("loaded");
	});

	it("takes a text in a value that looks like a key for none", async () => {
		const { environments } = await load("godwit.config.json", '{ "database": "a\\": {\\"b\\":" }');
		expect(environments.get("default")).toEqual({ database: 'a": {"b":' });
	});

	it.each([
		["godwit.config.json", text],
		["godwit.config.json", `\uFEFF${text}`],
		["godwit.config.mjs", `export default ${text};`],
		["godwit.config.ts", `const config: object = ${text};\nexport { config as default };`],
		["package.json", `{ "name": "app", "godwit": ${text} }`],
	])("reads %s", async (name, content) => {
		expect(await load(name, content)).toMatchObject(expected);
	});

	it("takes a key whose value is undefined for none", async () => {
		const { environments } = await load("godwit.config.mjs", "export default { database: undefined };");
		expect(environments.get("default")?.database).toBeUndefined();
	});

	it.each([
		['{\n "a": tru\n}', "2:7"],
		['{ "database": "x",\n}', "2:1"],
		["{\n", "2:1"],
		["", "1:1"],
		['{ "database": "a\nb" }', "1:17"],
		['{ "database": "pa55w0rd" "pa55w0rd" }', "1:26"],
		["// a\n{}", "1:1"],
	])("says where %j is not JSON, and shows none of it", async (content, place) => {
		const message = `:${place}: this is not valid JSON; mend it here or just before`;
		expect(await failure("godwit.config.json", content)).toBe(`godwit.config.json${message}`);
		expect(await failure("package.json", content)).toBe(`package.json${message}`);
	});

	it.each([
		['{ "databse": "a" }', '1:3: unknown key databse; did you mean "database"?'],
		['{ "zzz": 1 }', /^1:3: unknown key zzz; known are source, database, /],
		['{ "__proto__": {} }', /^1:3: unknown key __proto__; known are /],
		['{ "database": 1 }', "1:3: database must be a string, and is a value of type number"],
		['{ "database": null }', "1:3: database must be a string, and is null"],
		['{ "database": " " }', "1:3: database is empty; leave the key out, or say it"],
		['{ "changed": "yes" }', '1:3: changed must be "error" or "warn", and is another string'],
		['{ "protected": "true" }', "1:3: protected must be true or false, and is another string"],
		['{ "environments": [] }', "1:3: environments must be an object, and is an array"],
		[
			'{ "environments": {\n "p": { "protcted": true } } }',
			/^2:9: unknown key environments\.p\.protcted; did you mean/,
		],
		['{ "environments": { "p": { "drivers": {} } } }', /^1:28: unknown key environments\.p\.drivers; known are source/],
		['{ "environments": { "default": {} } }', /^1:21: the environment "default" is what stands at the top/],
		['{ "environments": { "a b": {} } }', /^1:21: "a b" cannot name an environment/],
		['{ "drivers": { "Duck": "x" } }', /^1:16: "Duck" is not a URL scheme/],
		['{ "sources": { "s3": 3 } }', "1:16: sources.s3 must be a string, and is a value of type number"],
		["[]", "1:1: the configuration must be an object, and is an array"],
		["null", "1:1: the configuration must be an object, and is null"],
	])("refuses %s", async (content, message) => {
		const said = (await failure("godwit.config.json", content)).replace("godwit.config.json:", "");
		if (typeof message === "string") expect(said).toBe(message);
		else expect(said).toMatch(message);
	});

	it("says where package.json is wrong, and in a module which key is", async () => {
		const manifest = '{\n "database": 1,\n "godwit": {\n  "database": 1 } }';
		expect(await failure("package.json", manifest)).toMatch(/^package\.json:4:3: database must be/);
		expect(await failure("package.json", "{}")).toBe('package.json has no key "godwit", so it is no configuration');
		expect(await failure("godwit.config.mjs", "export default { database: 1 };")).toBe(
			"godwit.config.mjs: database must be a string, and is a value of type number",
		);
	});

	it("refuses a module without a default export", async () => {
		expect(await failure("godwit.config.mjs", "export const database = 1;")).toBe(
			'godwit.config.mjs has no default export; write "export default { ... }"',
		);
	});
});
