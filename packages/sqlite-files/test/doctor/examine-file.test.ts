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
			["small.db", `PRAGMA page_size = 1024; ${WAL}`, "it was not written for this file"],
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
