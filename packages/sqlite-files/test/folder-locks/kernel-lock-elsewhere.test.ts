import fs, { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseHeldError } from "@godwit/sqlite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ChildProcesses, childProcesses } from "../fixtures/child-processes.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { onLinux } from "../fixtures/linux.ts";
import { type NativeApplication, nativeApplication } from "../fixtures/native-application-process.ts";

const { existsSync } = fs;
const { getBuiltinModule } = process;

let folder: string;
let path: string;
let children: ChildProcesses;
let application: NativeApplication;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "godwit-kernel-lock-"));
	path = join(folder, "app.db");
	children = childProcesses();
	application = await nativeApplication(children, path);
	await application.run("CREATE TABLE t (a)");
	vi.resetModules();
});

afterEach(async () => {
	process.getBuiltinModule = getBuiltinModule;
	Object.assign(fs, { existsSync });
	syncBuiltinESMExports();
	await children[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

/** The module as a runtime without node:sqlite has it. */
async function withoutSqlite(): Promise<typeof import("../../src/folder-locks/kernel-lock.ts")> {
	process.getBuiltinModule = ((name: string) =>
		name === "node:sqlite" ? undefined : getBuiltinModule(name)) as typeof getBuiltinModule;
	return import("../../src/folder-locks/kernel-lock.ts");
}

/** From now on the system is one that does not show the locks on files. */
function withoutTable(): void {
	Object.assign(fs, { existsSync: (name: fs.PathLike) => name !== "/proc/locks" && existsSync(name) });
	syncBuiltinESMExports();
}

describe("takeKernelLock in a runtime without node:sqlite", () => {
	it("says what it cannot keep out", async () => {
		const { hasKernelLocks, takeKernelLock } = await withoutSqlite();
		expect(hasKernelLocks()).toBe(false);
		const lock = takeKernelLock(path);
		expect(lock.notice).toBe(
			`${path}: this runtime has no node:sqlite, so an application that opens it natively from now on cannot be kept out; stop such applications while it is migrated`,
		);
		lock.assertHeld();
		lock.release();
		withoutTable();
		expect(takeKernelLock(path).notice).toContain("an application that has it open natively cannot be kept out");
	});

	describe.runIf(onLinux)("where the system shows locks", () => {
		it("is refused while a native connection has one, naming its process", async () => {
			const { takeKernelLock } = await withoutSqlite();
			await application.run("BEGIN");
			await application.run("SELECT * FROM t");
			const refusal = errorOf(() => takeKernelLock(path));
			expect(refusal).toHaveProperty("name", DatabaseHeldError.name);
			expect(refusal).toHaveProperty(
				"message",
				expect.stringContaining(`in use by process ${application.process.pid} `),
			);
		});

		it("sees one that has begun to write since, before each commit, but lets readers come and go", async () => {
			const { takeKernelLock } = await withoutSqlite();
			const lock = takeKernelLock(path);
			await application.run("BEGIN");
			await application.run("SELECT * FROM t");
			lock.assertHeld();
			await application.run("INSERT INTO t VALUES (1)");
			expect(errorOf(() => lock.assertHeld())).toHaveProperty("name", DatabaseHeldError.name);
		});
	});
});

describe("takeKernelLock where the system does not show locks", () => {
	it("keeps native applications out all the same, and says that a loss cannot be seen", async () => {
		const { takeKernelLock } = await import("../../src/folder-locks/kernel-lock.ts");
		withoutTable();
		const lock = takeKernelLock(path);
		expect(lock.notice).toContain("this system does not show the locks on files");
		expect(await application.run("SELECT * FROM t")).toBe("database is locked");
		closeSync(openSync(path, "r"));
		lock.assertHeld();
		lock.release();
	});

	it("is refused by a native writer, without a name", async () => {
		const { takeKernelLock } = await import("../../src/folder-locks/kernel-lock.ts");
		withoutTable();
		await application.run("BEGIN IMMEDIATE");
		const refusal = errorOf(() => takeKernelLock(path));
		expect(refusal).toHaveProperty("message", expect.stringContaining("is in use by another process through native"));
	});
});
