import fs, { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nativeLocks } from "../src/native-locks.ts";

describe("nativeLocks", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-native-locks-"));
		path = join(folder, "app.db");
		writeFileSync(path, "");
	});

	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** Writes a table of locks on the file and asks it. */
	function holders(lines: (file: string) => string): readonly number[] {
		const { dev, ino } = statSync(path);
		const device = [dev >> 8, dev & 0xff].map((part) => part.toString(16).padStart(2, "0")).join(":");
		const table = join(folder, "locks");
		writeFileSync(table, lines(`${device}:${ino}`));
		return nativeLocks(path, table).holders();
	}

	it("names each process once, and 0 for one in another namespace", () => {
		const table = (file: string): string =>
			`1: POSIX  ADVISORY  READ 4711 ${file} 1073741826 1073742335\n2: POSIX  ADVISORY  WRITE 4711 ${file} 128 128\n3: POSIX  ADVISORY  WRITE 0 ${file} 0 EOF\n`;
		expect(holders(table)).toEqual([4711, 0]);
	});

	it("leaves out who waits, locks of other kinds and locks on other files", () => {
		const table = (file: string): string =>
			`1: -> POSIX  ADVISORY  WRITE 1 ${file} 0 EOF\n2: FLOCK  ADVISORY  WRITE 2 ${file} 0 EOF\n3: POSIX  ADVISORY  WRITE 3 ${file}7 0 EOF\n`;
		expect(holders(table)).toEqual([]);
	});

	it("names one whose lock some readings leave out of a table of several pages", () => {
		const { readFileSync } = fs;
		let readings = 0;
		const leavingOut = (...args: Parameters<typeof readFileSync>): unknown => {
			const text = String(readFileSync(...args));
			return ++readings % 2 === 1 ? text.replace(/^9: .*\n/m, "") : text;
		};
		Object.assign(fs, { readFileSync: leavingOut });
		syncBuiltinESMExports();
		try {
			const others = "1: POSIX  ADVISORY  WRITE 1 00:00:1 0 EOF\n".repeat(100);
			expect(holders((file) => `${others}9: POSIX  ADVISORY  WRITE 4711 ${file} 0 EOF\n`)).toEqual([4711]);
		} finally {
			Object.assign(fs, { readFileSync });
			syncBuiltinESMExports();
		}
	});

	it("names nobody where the system shows no locks", () => {
		expect(nativeLocks(path, join(folder, "missing")).holders()).toEqual([]);
	});

	it.runIf(process.platform === "linux")("sees the native library, in this process too", () => {
		const database = new DatabaseSync(path);
		const locks = nativeLocks(path);
		database.exec("BEGIN IMMEDIATE");
		expect(locks.holders()).toEqual([process.pid]);
		database.exec("COMMIT");
		expect(locks.holders()).toEqual([]);
		database.close();
	});
});
