import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeFile, hasKernelLocks, type KernelLock, takeKernelLock } from "../../src/folder-locks/kernel-lock.ts";
import { type ChildProcesses, childProcesses } from "../fixtures/child-processes.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { onLinux } from "../fixtures/linux.ts";
import { nativeApplication } from "../fixtures/native-application-process.ts";
import { openTables } from "../fixtures/open-tables.ts";

describe("takeKernelLock", () => {
	let folder: string;
	let path: string;
	let children: ChildProcesses;
	let taken: KernelLock | undefined;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-kernel-lock-"));
		path = join(folder, "app.db");
		using database = new DatabaseSync(path);
		database.exec("CREATE TABLE t (a); INSERT INTO t VALUES ('before')");
		children = childProcesses();
	});

	afterEach(async () => {
		taken?.release();
		taken = undefined;
		await children[Symbol.asyncDispose]();
		rmSync(folder, { recursive: true });
	});

	function take(): KernelLock {
		taken = takeKernelLock(path);
		return taken;
	}

	it("keeps native readers and writers of other processes out until it is released", async () => {
		expect(hasKernelLocks()).toBe(true);
		const application = await nativeApplication(children, path);
		expect(await application.run("SELECT a FROM t")).toEqual([{ a: "before" }]);
		const lock = take();
		lock.assertHeld();
		for (const sql of ["SELECT a FROM t", "INSERT INTO t VALUES ('x')", "BEGIN IMMEDIATE", "PRAGMA user_version"]) {
			expect(await application.run(sql)).toBe("database is locked");
		}
		lock.assertHeld();
		lock.release();
		taken = undefined;
		expect(await application.run("SELECT a FROM t")).toEqual([{ a: "before" }]);
	});

	it("keeps native connections of this process out, and writes nothing", () => {
		const before = readFileSync(path);
		const database = new DatabaseSync(path);
		const lock = take();
		expect(errorOf(() => database.exec("INSERT INTO t VALUES ('x')"))).toHaveProperty("message", "database is locked");
		lock.assertHeld();
		lock.release();
		taken = undefined;
		database.close();
		expect(readFileSync(path)).toEqual(before);
	});

	it("is refused while a native connection of another process reads or writes, naming that process", async () => {
		const application = await nativeApplication(children, path);
		for (const sql of ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"]) {
			await application.run(sql);
			const refusal = errorOf(take);
			expect(refusal).toBeInstanceOf(DatabaseHeldError);
			expect(refusal).toMatchObject({ holder: "other" });
			expect(refusal).toHaveProperty(
				"message",
				`${path} is in use by process ${application.process.pid} through native SQLite, which node-sqlite3-wasm cannot share a database with`,
			);
			await application.run("COMMIT");
		}
		await application.run("BEGIN");
		await application.run("SELECT * FROM t");
		expect(errorOf(take)).toBeInstanceOf(DatabaseHeldError);
		await application.run("COMMIT");
		take().assertHeld();
	});

	it("is refused while a native connection of this process holds a lock, which it leaves alone", async () => {
		const database = new DatabaseSync(path);
		database.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('ours')");
		const refusal = errorOf(take);
		expect(refusal).toBeInstanceOf(DatabaseHeldError);
		expect(refusal).toHaveProperty("message", expect.stringContaining(`in use by this process (${process.pid})`));
		const application = await nativeApplication(children, path);
		expect(await application.run("BEGIN IMMEDIATE")).toBe("database is locked");
		database.exec("COMMIT");
		database.close();
	});

	it.runIf(onLinux)("tells that it was lost when another part of the process has closed the file", () => {
		const lock = take();
		lock.assertHeld();
		closeSync(openSync(path, "r"));
		const lost = errorOf(() => lock.assertHeld());
		expect(lost).toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "nobody" } });
		expect(lost).toHaveProperty(
			"message",
			`another part of this process closed ${path}, or used it with another copy of SQLite, so that SQLite's lock on it was lost; nothing was committed. Do that before, or in another process`,
		);
	});

	it.runIf(onLinux)("keeps the system's table open from the first look until it is released", () => {
		const lock = take();
		for (let look = 0; look < 3; look++) lock.assertHeld();
		expect(openTables()).toHaveLength(1);
		lock.release();
		taken = undefined;
		expect(openTables()).toEqual([]);
	});

	it.runIf(onLinux)("is released when another part of the process has closed the table", async () => {
		const lock = take();
		lock.assertHeld();
		closeSync(Number(openTables()[0]));
		lock.release();
		taken = undefined;
		const application = await nativeApplication(children, path);
		expect(await application.run("SELECT a FROM t")).toEqual([{ a: "before" }]);
	});

	it.runIf(onLinux)(
		"closes what is to be closed besides, but nothing that others have closed or that is theirs by now",
		() => {
			const lock = take();
			lock.assertHeld();
			const [closed, ofOthers, kept] = Array.from({ length: 3 }, () => {
				const file = openSync(path, "r");
				closeFile(file, path, closeSync);
				return file;
			}) as [number, number, number];
			closeSync(ofOthers);
			expect(openSync(folder, "r")).toBe(ofOthers);
			closeSync(closed);
			lock.release();
			taken = undefined;
			expect(errorOf(() => fstatSync(kept))).toHaveProperty("code", "EBADF");
			expect(fstatSync(ofOthers).isDirectory()).toBe(true);
			closeSync(ofOthers);
			expect(openTables()).toEqual([]);
		},
	);

	it.runIf(onLinux)("tells whose the file is after it was lost", async () => {
		const application = await nativeApplication(children, path);
		const lock = take();
		closeSync(openSync(path, "r"));
		await application.run("BEGIN IMMEDIATE");
		expect(errorOf(() => lock.assertHeld())).toMatchObject({
			code: "ERR_LOCK_LOST",
			details: { owner: `process ${application.process.pid}` },
		});
	});

	it("goes with its process", async () => {
		const script = `import { takeKernelLock } from ${JSON.stringify(import.meta.resolve("../../src/folder-locks/kernel-lock.ts"))}; takeKernelLock(${JSON.stringify(path)}); process.kill(process.pid, "SIGKILL")`;
		const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
		expect(signal).toBe("SIGKILL");
		take().assertHeld();
	});

	it("lets other descriptors of the file be closed when it is released, not before", () => {
		const lock = take();
		const [file, other] = [openSync(path, "r"), openSync(join(folder), "r")];
		closeFile(file, path, closeSync);
		lock.assertHeld();
		closeFile(other, folder, closeSync);
		expect(isOpen(other)).toBe(false);
		expect(isOpen(file)).toBe(true);
		lock.release();
		taken = undefined;
		expect(isOpen(file)).toBe(false);
		const later = openSync(path, "r");
		closeFile(later, path, closeSync);
		expect(isOpen(later)).toBe(false);
	});

	it("fails as SQLite does on what is no database", () => {
		const other = join(folder, "text");
		execFileSync("sh", ["-c", 'head -c 4096 /dev/zero | tr "\\0" x > "$0"', other]);
		const failure = errorOf(() => takeKernelLock(other));
		expect(failure).not.toBeInstanceOf(DatabaseHeldError);
		expect(failure).toHaveProperty("message", "file is not a database");
	});

	it("gives the process no warning of an experimental module, and keeps the application's own", () => {
		const fixture = fileURLToPath(new URL("../fixtures/kernel-lock-process.ts", import.meta.url));
		const { stdout, stderr } = spawnSync(process.execPath, [fixture, path], { encoding: "utf8" });
		expect(JSON.parse(stdout)).toEqual(["the application's own"]);
		expect(stderr).not.toContain("SQLite");
	});

	function isOpen(file: number): boolean {
		return readlinkOf(file) !== undefined;
	}

	function readlinkOf(file: number): number | undefined {
		return statSync(`/proc/self/fd/${file}`, { throwIfNoEntry: false })?.ino;
	}
});
