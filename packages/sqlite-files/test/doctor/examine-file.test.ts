import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { examineFile } from "../../src/doctor/examine-file.ts";

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), "godwit-doctor-"));
	onTestFinished(() => rmSync(path, { recursive: true, force: true }));
	return path;
}

/** Makes a database in a process that ends without closing it. */
function leave(path: string, sql: string): void {
	const script = `const { DatabaseSync } = require("node:sqlite");
		new DatabaseSync(process.argv[1]).exec(process.argv[2]);
		process.kill(process.pid, "SIGKILL");`;
	expect(() => execFileSync(process.execPath, ["-e", script, path, sql], { stdio: "ignore" })).toThrow();
}

const WAL = "PRAGMA journal_mode = WAL; CREATE TABLE t (a)";

describe.runIf(process.platform === "linux")("examineFile", () => {
	it("tells which SQLite wrote the file last", () => {
		const path = join(folder(), "a.db");
		using database = new DatabaseSync(path);
		database.exec("CREATE TABLE t (a)");
		const version = String(database.prepare("SELECT sqlite_version() AS v").get()?.v);
		const message = `SQLite ${version} was the last to write the database`;
		expect(examineFile(path)).toEqual([{ kind: "written-by", level: "note", message }]);
	});

	it("does not say that a log belongs to a database that was copied over its own", () => {
		const place = folder();
		const [path, backup] = [join(place, "a.db"), join(place, "backup.db")];
		leave(path, WAL);
		const other = new DatabaseSync(backup);
		other.exec("PRAGMA journal_mode = WAL; CREATE TABLE restored (a)");
		other.close();
		copyFileSync(backup, path);
		const [found] = examineFile(path);
		expect(found).toMatchObject({ kind: "stale-wal", level: "warning" });
		expect(found?.message).toContain("They may be another database's");
		expect(found?.message).toContain("Copy both files to a safe place before any program opens the database");
		expect(found?.message).not.toMatch(/belongs? to the database|move (it|both)/);
	});

	it("finds a log whose pages and those of the database leave a gap, and one that begins later", () => {
		const place = folder();
		const [early, path] = [join(place, "early.db"), join(place, "a.db")];
		const database = new DatabaseSync(early);
		database.exec(`${WAL}; PRAGMA wal_checkpoint`);
		copyFileSync(early, path);
		const rows = "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT randomblob(3000) FROM n";
		database.exec(`INSERT INTO t ${rows}; PRAGMA wal_checkpoint; INSERT INTO t VALUES (2)`);
		copyFileSync(`${early}-wal`, `${path}-wal`);
		expect(examineFile(path)).toMatchObject([
			{ level: "error", message: expect.stringMatching(/page \d+ of \d+ is in neither of the two files/) },
			{},
		]);
		// A connection that writes again and again counts once, so two take turns.
		const other = new DatabaseSync(early);
		for (const name of ["u", "v", "w"]) {
			database.exec(`CREATE TABLE ${name} (a)`);
			other.exec(`DROP TABLE ${name}`);
		}
		database.exec("PRAGMA wal_checkpoint; VACUUM");
		other.close();
		copyFileSync(`${early}-wal`, `${path}-wal`);
		expect(examineFile(path)).toMatchObject([
			{ level: "error", message: expect.stringContaining("it begins with later changes than the database has") },
			{},
		]);
		database.close();
	});

	it("finds a log that has not the latest changes of the database", () => {
		const place = folder();
		leave(join(place, "left.db"), WAL);
		const path = join(place, "a.db");
		for (const sql of [WAL, ...Array.from({ length: 4 }, () => "INSERT INTO t SELECT randomblob(5000)")]) {
			const database = new DatabaseSync(path);
			database.exec(sql);
			database.close();
		}
		copyFileSync(join(place, "left.db-wal"), `${path}-wal`);
		expect(examineFile(path)).toMatchObject([
			{ level: "error", message: expect.stringContaining("the database has later changes than it") },
			{},
		]);
	});

	it("takes for left what has no whole commit, as SQLite takes nothing from it", () => {
		const path = join(folder(), "a.db");
		leave(path, WAL);
		truncateSync(`${path}-wal`, 4000);
		expect(examineFile(path)).toMatchObject([
			{ kind: "stale-wal", level: "note", message: expect.stringContaining("has no whole commit") },
			{},
		]);
	});

	it("finds no fault with the log of a database at any moment of its life", () => {
		const place = folder();
		const path = join(place, "a.db");
		using one = new DatabaseSync(path);
		using other = new DatabaseSync(path);
		one.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA wal_autocheckpoint = 9; ${WAL}; CREATE TABLE u (a, b)`);
		const work = [
			"INSERT INTO t SELECT randomblob(3000) FROM sqlite_schema a, sqlite_schema b",
			"DELETE FROM t WHERE rowid % 3 = 0; PRAGMA incremental_vacuum",
			"DROP TABLE u; CREATE TABLE u (a, b, c)",
			"UPDATE t SET a = 1 WHERE rowid % 5 = 0",
			"PRAGMA wal_checkpoint(PASSIVE)",
			"CREATE INDEX i ON t (a); DROP INDEX i",
			"PRAGMA wal_checkpoint(RESTART)",
			"VACUUM",
			"INSERT INTO u (a) VALUES (1)",
		];
		for (let step = 0; step < 90; step++) {
			(step % 4 === 0 ? other : one).exec(work[(step * step * 7 + step) % work.length] ?? "");
			const copy = join(place, "copy.db");
			copyFileSync(path, copy);
			copyFileSync(`${path}-wal`, `${copy}-wal`);
			expect(examineFile(copy).filter(({ level }) => level === "error")).toEqual([]);
		}
	});

	it("warns of a log that a killed program has left", () => {
		const path = join(folder(), "a.db");
		leave(path, WAL);
		expect(examineFile(path)).toMatchObject([
			{ kind: "stale-wal", level: "warning" },
			{ kind: "written-by", message: expect.stringContaining("before what is in the -wal file") },
		]);
	});

	it("finds a log beside a database that is not in WAL mode, and one with another page size", () => {
		const place = folder();
		leave(join(place, "left.db"), WAL);
		for (const [name, sql, why] of [
			["plain.db", "CREATE TABLE u (a)", "the database is not in WAL mode"],
			["small.db", `PRAGMA page_size = 1024; ${WAL}`, "its pages have 4096 bytes, those of the database 1024"],
			["newer.db", `${WAL}; CREATE TABLE u (a); CREATE TABLE v (a)`, "the database has a later schema than it"],
			["utf16.db", `PRAGMA encoding = 'UTF-16le'; ${WAL}`, "its texts have another encoding"],
		] as const) {
			const path = join(place, name);
			const database = new DatabaseSync(path);
			database.exec(sql);
			database.close();
			copyFileSync(join(place, "left.db-wal"), `${path}-wal`);
			expect(examineFile(path)).toMatchObject([
				{ kind: "stale-wal", level: "error", message: expect.stringContaining(why) },
				{},
			]);
		}
	});

	it("has nothing to say of the log of a program at work", async () => {
		const path = join(folder(), "a.db");
		const script = `const { DatabaseSync } = require("node:sqlite");
			globalThis.kept = new DatabaseSync(process.argv[1]);
			kept.exec(process.argv[2]);
			process.send("ready");
			process.on("message", () => {});`;
		const { spawn } = await import("node:child_process");
		const child = spawn(process.execPath, ["-e", script, path, WAL], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
		onTestFinished(() => void child.kill("SIGKILL"));
		await new Promise((resolve) => child.once("message", resolve));
		expect(examineFile(path)).toMatchObject([{ kind: "written-by" }]);
	});

	it("does not open a file on which this process has a lock, since to close it would drop the lock", () => {
		const path = join(folder(), "a.db");
		using database = new DatabaseSync(path);
		database.exec("CREATE TABLE t (a); BEGIN EXCLUSIVE");
		expect(examineFile(path)).toEqual([]);
		using other = new DatabaseSync(path);
		expect(() => other.exec("BEGIN EXCLUSIVE")).toThrow("locked");
	});

	it("says so when there is no file, and nothing of an empty one", () => {
		const path = join(folder(), "a.db");
		expect(examineFile(path)).toMatchObject([{ kind: "not-examined", level: "warning" }]);
		new DatabaseSync(path).close();
		truncateSync(path, 0);
		expect(examineFile(path)).toEqual([]);
	});
});
