import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { swapFile } from "../../src/connections/swap-file.ts";
import { headerOf } from "../../src/folder-locks/header.ts";
import { takeKernelLock } from "../../src/folder-locks/kernel-lock.ts";
import { onLinux } from "../fixtures/linux.ts";
import { nodeConnection } from "../fixtures/node-connection.ts";

describe("the kernel's lock on a database, as of a run on sqlite-wasm", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-swap-"));
		path = join(folder, "app.db");
		using database = new DatabaseSync(path);
		database.exec("CREATE TABLE t (a)");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it.runIf(onLinux)("is kept when the file cannot be swapped", () => {
		const lock = takeKernelLock(path);
		// A library that locks with folders has no lock of the kernel's own.
		using elsewhere = new DatabaseSync(":memory:");
		const swap = {
			path,
			file: join(folder, "no such file"),
			connection: nodeConnection(elsewhere),
			call: <T>(work: () => T): T => work(),
			close: () => elsewhere.close(),
		};
		try {
			expect(() => swapFile(swap)).toThrow(/ENOENT/);
			lock.assertHeld();
			expect(elsewhere.isTransaction).toBe(false);
		} finally {
			lock.release();
		}
	});

	it.runIf(onLinux)("is kept when the header is looked at", () => {
		const lock = takeKernelLock(path);
		try {
			expect(headerOf(path, 16)).toHaveLength(16);
			lock.assertHeld();
		} finally {
			lock.release();
		}
	});
});
