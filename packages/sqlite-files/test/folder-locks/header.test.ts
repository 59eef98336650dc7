import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { headerOf } from "../../src/folder-locks/header.ts";
import { onLinux } from "../fixtures/linux.ts";

describe("headerOf", () => {
	it("reads the first bytes, and nothing of what is shorter, is a folder or is not there", () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-header-"));
		onTestFinished(() => rmSync(folder, { recursive: true }));
		const path = join(folder, "app.db");
		writeFileSync(path, "abcdef");
		expect(headerOf(path, 3)).toEqual(new Uint8Array([97, 98, 99]));
		expect(headerOf(path, 7)).toBeUndefined();
		expect(headerOf(folder, 3)).toBeUndefined();
		expect(headerOf(join(folder, "none"), 3)).toBeUndefined();
	});

	it.runIf(onLinux)("takes no error of a disk for a short file", () => {
		// Nothing is mapped at the first address of a process, so that the kernel answers with EIO.
		expect(() => headerOf("/proc/self/mem", 3)).toThrow(/EIO/);
	});
});
