import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isLocal } from "../../src/files/local-file-system.ts";
import { makeLink, newLink, readLink } from "../../src/lock-file/link-file.ts";
import { lockFile } from "../../src/lock-file/lock-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import { onLinux } from "../fixtures/linux.ts";
import { deadOwner, LIBRARY, memberOf } from "../fixtures/other-owners.ts";

/** The file system in memory of Linux, which no other machine can have mounted. */
const MEMORY = "/dev/shm";
const TMPFS = 0x0102_1994;
const hasMemory = onLinux && existsSync(MEMORY) && statfsSync(MEMORY).type === TMPFS;

describe("isLocal", () => {
	it.runIf(hasMemory)("knows a file system that one machine alone has, also before the file is there", () => {
		expect(isLocal(join(MEMORY, "no such file"))).toBe(true);
	});

	it("takes no other for one, nor a folder that is not there", () => {
		expect(isLocal("/proc/version")).toBe(false);
		expect(isLocal(join(tmpdir(), "no such folder", "app.db"))).toBe(false);
	});
});

describe("the lock that a run had when the machine was restarted", () => {
	function leftIn(parent: string): { readonly databasePath: string; readonly path: string } {
		const folder = mkdtempSync(join(parent, "godwit-restart-"));
		onTestFinished(() => rmSync(folder, { recursive: true }));
		const databasePath = join(folder, "app.db");
		const path = `${databasePath}.lock`;
		const owner = { ...deadOwner(), boot: "before" };
		expect(makeLink(path, newLink("native", owner, [memberOf(owner)], []))).toBe(true);
		return { databasePath, path };
	}

	it.runIf(hasMemory)("is taken over on a file system of this machine, without anybody's help", () => {
		const { databasePath, path } = leftIn(MEMORY);
		const holder = newHolder();
		const lock = lockFile({ databasePath, kind: "wasm", holder, library: LIBRARY, leaseMs: 60_000 });
		lock.enter();
		expect(readLink(path)?.members.map(({ owner }) => owner.holder)).toEqual([holder.owner.holder]);
		expect(lock.leave(() => true)).toBe(true);
		expect(readdirSync(join(path, ".."))).toEqual([]);
	});
});
