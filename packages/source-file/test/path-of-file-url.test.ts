import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathOfFileUrl } from "../src/path-of-file-url.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

describe("pathOfFileUrl", () => {
	it.each([
		["file://migrations", "migrations"],
		["file://./migrations", "./migrations"],
		["file://../db/migrations", "../db/migrations"],
		["file:///srv/app/migrations", "/srv/app/migrations"],
		["file:migrations", "migrations"],
		["file:/srv/app", "/srv/app"],
		["file:///", "/"],
		["file://", "."],
		["file:", "."],
		["FILE://migrations", "migrations"],
		["file://my%20app/up%2Fdown", "my app/up/down"],
		["file://a%23b%25c%3Fd", "a#b%c?d"],
		["file://a b#c&d=e", "a b#c&d=e"],
		["file://migraciónes/資料", "migraciónes/資料"],
		["file://%E8%B3%87", "資"],
		["file://C:/x", "C:/x"],
		["file:///C:/x", "/C:/x"],
		["file://a\\b", "a\\b"],
	])("reads %s as %s on Linux", (url, path) => {
		expect(pathOfFileUrl(url, "linux")).toBe(path);
	});

	it.each([
		["file:///C:/data/migrations", "C:/data/migrations"],
		["file://C:/data/migrations", "C:/data/migrations"],
		["file://C://data", "C://data"],
		["file:C:/data", "C:/data"],
		["file:///c:\\data\\migrations", "c:\\data\\migrations"],
		["file://C:\\my data\\migrations", "C:\\my data\\migrations"],
		["file://\\C:\\data", "C:\\data"],
		["file:///C:/my%20data", "C:/my data"],
		["file:////server/share/migrations", "//server/share/migrations"],
		["file://.\\migrations", ".\\migrations"],
		["file://migrations", "migrations"],
		["file:///migrations", "/migrations"],
		["file://", "."],
	])("reads %s as %s on Windows", (url, path) => {
		expect(pathOfFileUrl(url, "win32")).toBe(path);
	});

	it.each([
		["file://100%/x", "the path is not percent-encoded UTF-8; a percent sign in it is written %25"],
		["file://ann:secret@host/m", "a folder has no user and password; before a path that has : and @ in it, write ./"],
		["file://ann%3Asecret%40host/m", "user"],
		["file://ann:sec/ret@host/m", "user"],
		["file://postgres://ann:secret@host/m", "a folder is not a URL"],
		["file://file%3A//m", "a folder is not a URL"],
		["file://%zz", "%25"],
		["file://%FF", "UTF-8"],
		["file://a%00b", "NUL"],
		["migrations", "file://"],
		["https://host/migrations", "file://"],
		["profile://x", "file://"],
	])("refuses %s", (url, reason) => {
		expect(() => pathOfFileUrl(url)).toThrow(
			expect.objectContaining({ code: "ERR_INVALID_URL", message: expect.stringContaining(reason) }),
		);
	});

	it.each([
		["file://migrations?x-multi-statement=true", "x-multi-statement"],
		["file://migrations?a&b=c", "a"],
		["file://migrations?", ""],
		["file:///srv/what?", ""],
	])("refuses the query of %s and names the option", (url, option) => {
		expect(() => pathOfFileUrl(url)).toThrow(
			expect.objectContaining({
				code: "ERR_INVALID_OPTION",
				message: expect.stringContaining(`"${option}"; a question mark in a path is written %3F`),
				details: { option },
			}),
		);
	});

	it("reads back every path that is percent-encoded", () => {
		const path = fc.string({ unit: "binary", minLength: 1 }).filter((path) => !path.includes("\0"));
		const property = fc.property(path, (path) => {
			expect(pathOfFileUrl(`file://${encodeURIComponent(path)}`, "linux")).toBe(path);
		});
		fc.assert(property, { seed });
	});
});
