import { describe, expect, it } from "vitest";
import { parseFolderUrl } from "../../src/url/folder-url.ts";

describe("the URL of a folder", () => {
	it.each([
		["pglite://data", "data"],
		["pglite:///var/data", "/var/data"],
		["pglite://a%20b", "a b"],
		["pglite://:memory:?x-history=off", ":memory:"],
	])("%s names %s", (url, path) => {
		expect(parseFolderUrl(url).path).toBe(path);
	});

	it.each([
		["pglite://", "the database URL names no folder; write it as pglite://path/to/folder"],
		["pglite://?x-history=off", "the database URL names no folder; write it as pglite://path/to/folder"],
		["pglite:data", "a database URL is written scheme://path/to/folder; write pglite://data"],
	])("%s names none", (url, message) => {
		expect(() => parseFolderUrl(url)).toThrow(expect.objectContaining({ code: "ERR_INVALID_URL", message }));
	});

	it("has no user and password", () => {
		expect(() => parseFolderUrl("pglite://me:secret@data")).toThrow(
			expect.objectContaining({ code: "ERR_INVALID_URL", message: expect.not.stringContaining("secret") }),
		);
	});
});
