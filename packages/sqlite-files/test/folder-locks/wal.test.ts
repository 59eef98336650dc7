import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isWal, walRefusal } from "../../src/folder-locks/wal.ts";
import { errorOf } from "../fixtures/error-of.ts";

describe("isWal", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-wal-"));
		path = join(folder, "app.db");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it("tells a database with a write-ahead log from others, and from what is none", () => {
		expect(isWal(path)).toBe(false);
		writeFileSync(path, "");
		expect(isWal(path)).toBe(false);
		using database = new DatabaseSync(path);
		database.exec("CREATE TABLE t (a)");
		expect(isWal(path)).toBe(false);
		database.exec("PRAGMA journal_mode = wal");
		expect(isWal(path)).toBe(true);
		expect(walRefusal(path, "a-library")).toMatchObject({
			code: "ERR_DATABASE",
			message: `${path} is in WAL mode, which a-library cannot share with any other connection; migrate it with sqlite-native:// or sqlite-node://, or with x-wal=alone if nothing else uses it, not even now and then`,
		});
	});

	it("takes a folder for none, and passes on what a file system says that cannot tell", () => {
		expect(isWal(folder)).toBe(false);
		writeFileSync(path, "");
		expect(errorOf(() => isWal(join(path, "x")))).toMatchObject({ code: "ENOTDIR" });
	});
});
