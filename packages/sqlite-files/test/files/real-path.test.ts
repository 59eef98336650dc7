import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDatabasePath } from "../../src/files/real-path.ts";
import { errorOf } from "../fixtures/error-of.ts";

describe("realDatabasePath", () => {
	let folder: string;
	const at = (name: string): string => join(folder, name);

	beforeEach(() => {
		folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-real-path-")));
		mkdirSync(at("data"));
		symlinkSync("data", at("link-to-data"));
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it("is the path of a file that is there, and of one that is not there yet", () => {
		expect(realDatabasePath(at("app.db"))).toBe(at("app.db"));
		writeFileSync(at("app.db"), "");
		expect(realDatabasePath(at("app.db"))).toBe(at("app.db"));
		expect(realDatabasePath(at("data/../app.db"))).toBe(at("app.db"));
	});

	it("is absolute for a relative one", () => {
		expect(realDatabasePath("app.db")).toBe(join(realpathSync("."), "app.db"));
	});

	it("goes through links to folders, also above a file that is not there yet", () => {
		expect(realDatabasePath(at("link-to-data/app.db"))).toBe(at("data/app.db"));
	});

	it("follows links to the file, relative ones from their own folder, whether it is there or not", () => {
		symlinkSync("../app.db", at("data/relative.db"));
		symlinkSync(at("data/app.db"), at("absolute.db"));
		for (let there = 0; there < 2; there++) {
			expect(realDatabasePath(at("data/relative.db"))).toBe(at("app.db"));
			expect(realDatabasePath(at("link-to-data/relative.db"))).toBe(at("app.db"));
			expect(realDatabasePath(at("absolute.db"))).toBe(at("data/app.db"));
			writeFileSync(at("app.db"), "");
			writeFileSync(at("data/app.db"), "");
		}
	});

	it("follows a chain of forty links, as Linux does, to a file that is not there yet", () => {
		symlinkSync("end.db", at("1"));
		for (let link = 2; link <= 41; link++) symlinkSync(`${link - 1}`, at(`${link}`));
		expect(realDatabasePath(at("40"))).toBe(at("end.db"));
		expect(errorOf(() => realDatabasePath(at("41")))).toMatchObject({ code: "ELOOP" });
	});

	it("fails with ELOOP for links that lead to each other", () => {
		symlinkSync("b", at("a"));
		symlinkSync("a", at("b"));
		expect(errorOf(() => realDatabasePath(at("a")))).toMatchObject({
			code: "ELOOP",
			message: `ELOOP: too many symbolic links encountered, '${at("a")}'`,
		});
		symlinkSync("self", at("self"));
		expect(errorOf(() => realDatabasePath(at("self")))).toMatchObject({ code: "ELOOP" });
	});

	it("fails with ENOENT where the folder is missing, also behind a link", () => {
		expect(errorOf(() => realDatabasePath(at("none/app.db")))).toMatchObject({ code: "ENOENT" });
		symlinkSync("none/app.db", at("dangling.db"));
		expect(errorOf(() => realDatabasePath(at("dangling.db")))).toMatchObject({ code: "ENOENT" });
	});
});
