import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeSqlite } from "../../../../examples/third-party-driver/node-sqlite.ts";

describe("absoluteUrl of a SQLite backend", () => {
	it.each([
		["s://app.db", "s:///b/c/app.db"],
		["s://./x/../app.db?x-wal=alone", "s:///b/c/app.db?x-wal=alone"],
		["s://a%25b%3Fc d#e", "s:///b/c/a%25b%3Fc d#e"],
		["s:///x/app.db", "s:///x/app.db"],
		["s://:memory:", "s://:memory:"],
	])("makes of %s %s", async (url, absolute) => {
		expect(await nodeSqlite.absoluteUrl(url, "/b/c")).toBe(absolute);
	});

	it("refuses what open refuses", async () => {
		await expect(nodeSqlite.absoluteUrl("s://", "/b")).rejects.toMatchObject({ code: "ERR_INVALID_URL" });
		await expect(nodeSqlite.identityOf("s://a?x-z=1")).rejects.toMatchObject({ code: "ERR_INVALID_OPTION" });
	});
});

describe("identityOf of a SQLite backend", () => {
	let folder: string;

	beforeEach(() => {
		folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-urls-")));
		mkdirSync(join(folder, "a"));
		symlinkSync(folder, join(folder, "a/up"));
		symlinkSync("app.db", join(folder, "link.db"));
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	async function identities(...urls: readonly string[]): Promise<ReadonlySet<string>> {
		return new Set((await Promise.all(urls.map((url) => nodeSqlite.identityOf(url)))).flat());
	}

	it("is the same for every spelling of a file that is not there yet, and of no other", async () => {
		const spellings = [`${folder}/app.db`, `${folder}/a/../app.db?x-wal=alone`, `${folder}/a/up/link.db`];
		const found = await identities(...spellings.flatMap((path) => [`sqlite://${path}`, `other://${path}`]));
		expect(found.size).toBe(1);
		const all = await identities(
			...spellings.map((path) => `s://${path}`),
			`s://${folder}/app.dc`,
			`s://${folder}/b/c.db`,
		);
		expect(all.size).toBe(3);
	});

	it("is the same for two names of one file", async () => {
		writeFileSync(join(folder, "app.db"), "");
		linkSync(join(folder, "app.db"), join(folder, "second.db"));
		writeFileSync(join(folder, "third.db"), "");
		expect((await identities(`s://${folder}/link.db`, `s://${folder}/second.db`)).size).toBe(1);
		expect((await identities(`s://${folder}/app.db`, `s://${folder}/third.db`)).size).toBe(2);
	});

	it("says which path cannot be followed", async () => {
		symlinkSync("round.db", join(folder, "round.db"));
		await expect(nodeSqlite.identityOf(`s://${folder}/round.db`)).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("round.db"),
		});
		writeFileSync(join(folder, "app.db"), "");
		await expect(nodeSqlite.identityOf(`s://${folder}/app.db/b/c.db`)).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/^cannot open .*app\.db\/b\/c\.db: ENOTDIR/),
		});
	});

	it("is the same for all databases in memory, which are no file", async () => {
		expect([...(await identities("s://:memory:", "t://:memory:?x-wal=alone"))]).toEqual([":memory:"]);
	});
});
