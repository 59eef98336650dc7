import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findConfig } from "../../src/config/find-config.ts";
import { folderOf } from "../fixtures/godwit.ts";

describe("findConfig", () => {
	it.each([
		["godwit.config.json", {}],
		["godwit.config.mjs", {}],
		["godwit.config.ts", {}],
		["package.json", { "package.json": '{ "godwit": {} }' }],
	])("finds %s beside the nearest package.json, from a folder in it too", async (name, files) => {
		const folder = await folderOf({ "package.json": "{}", [name]: "{}", "a/b/c.txt": "", ...files });
		const found = { path: join(folder, name), manifest: name === "package.json" };
		expect(findConfig(folder)).toEqual(found);
		expect(findConfig(join(folder, "a/b"))).toEqual(found);
	});

	it("goes no further up than the nearest package.json", async () => {
		const folder = await folderOf({ "package.json": '{ "godwit": {} }', "a/package.json": "{}", "a/b/c.txt": "" });
		expect(findConfig(join(folder, "a/b"))).toBeUndefined();
	});

	it("finds none where there is none", async () => {
		const folder = await folderOf({
			"package.json": '{ "dependencies": { "godwit": "1" } }',
			"godwit.config.json/a": "",
			"list/package.json": '["godwit"]',
		});
		expect(findConfig(folder)).toBeUndefined();
		expect(findConfig(join(folder, "list"))).toBeUndefined();
	});

	it("takes a package.json that cannot be parsed for one when it has the word", async () => {
		const folder = await folderOf({ "package.json": '{ "godwit": }', "a/package.json": "{" });
		expect(findConfig(folder)).toEqual({ path: join(folder, "package.json"), manifest: true });
		expect(findConfig(join(folder, "a"))).toBeUndefined();
	});

	it("refuses two", async () => {
		const folder = await folderOf({
			"package.json": '{ "godwit": {} }',
			"godwit.config.json": "{}",
			"godwit.config.ts": "",
		});
		expect(() => findConfig(folder)).toThrow(
			/^there is more than one configuration: \S+package\.json#godwit, \S+godwit\.config\.json, \S+godwit\.config\.ts; keep one/,
		);
	});

	it("refuses one that would not be read, on the way up", async () => {
		const folder = await folderOf({ "package.json": "{}", "a/godwit.config.json": "{}", "a/b/c.txt": "" });
		expect(() => findConfig(join(folder, "a/b"))).toThrow(
			/a\/godwit\.config\.json is not beside a package\.json, so it would not be read; move it to \S+, or name it/,
		);
		const alone = await folderOf({ "godwit.config.mjs": "" });
		expect(() => findConfig(alone)).toThrow(/is not beside a package\.json, so it would not be read; make one, or/);
	});
});
