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

	it.each(["pglite://", "pglite:data", "pglite://?x-history=off"])("%s names none", (url) => {
		expect(() => parseFolderUrl(url)).toThrow(
			expect.objectContaining({
				code: "ERR_INVALID_URL",
				message: "the database URL names no folder; write it as pglite://path/to/folder",
			}),
		);
	});

	it("has no user and password", () => {
		expect(() => parseFolderUrl("pglite://me:secret@data")).toThrow(
			expect.objectContaining({ code: "ERR_INVALID_URL", message: expect.not.stringContaining("secret") }),
		);
	});
});
