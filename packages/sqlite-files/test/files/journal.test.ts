import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasJournal } from "../../src/files/journal.ts";
import { errorOf } from "../fixtures/error-of.ts";

describe("hasJournal", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-journal-"));
		path = join(folder, "app.db");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it.each([
		["delete", false],
		["truncate", false],
		["persist", false],
	] as const)("sees the journal of a transaction, and none after it in mode %s", (mode, after) => {
		using database = new DatabaseSync(path);
		database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE t (a)`);
		expect(hasJournal(path)).toBe(after);
		database.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE; INSERT INTO t VALUES (hex(randomblob(20000)))");
		expect(hasJournal(path)).toBe(true);
		database.exec("COMMIT");
		expect(hasJournal(path)).toBe(after);
	});

	it("sees none in an empty file, and passes on what a file system says that cannot tell", () => {
		writeFileSync(`${path}-journal`, "");
		expect(hasJournal(path)).toBe(false);
		rmSync(`${path}-journal`);
		mkdirSync(`${path}-journal`);
		expect(errorOf(() => hasJournal(path))).toMatchObject({ code: "EISDIR" });
		expect(hasJournal(join(folder, "x".repeat(250)))).toBe(false);
		writeFileSync(path, "");
		expect(errorOf(() => hasJournal(join(path, "x")))).toMatchObject({ code: "ENOTDIR" });
	});
});
