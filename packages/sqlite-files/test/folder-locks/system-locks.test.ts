import fs, { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemLocks } from "../../src/folder-locks/system-locks.ts";
import { onLinux } from "../fixtures/linux.ts";

describe("systemLocks", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-system-locks-"));
		path = join(folder, "app.db");
		writeFileSync(path, "");
	});

	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** Writes a table of locks on the file and asks it. */
	function holders(lines: (file: string) => string, kind?: "write"): readonly number[] {
		const { dev, ino } = statSync(path);
		const device = [dev >> 8, dev & 0xff].map((part) => part.toString(16).padStart(2, "0")).join(":");
		const table = join(folder, "locks");
		writeFileSync(table, lines(`${device}:${ino}`));
		const locks = systemLocks(path, table);
		expect(locks.shown).toBe(true);
		return locks.holders(kind);
	}

	const table = (file: string): string =>
		`1: POSIX  ADVISORY  READ 4711 ${file} 1073741826 1073742335\n2: POSIX  ADVISORY  WRITE 4712 ${file} 128 128\n3: POSIX  ADVISORY  WRITE 0 ${file} 0 EOF\n4: POSIX  ADVISORY  READ 4712 ${file} 0 EOF\n`;

	it("names each process once, and 0 for one in another namespace", () => {
		expect(holders(table)).toEqual([4711, 4712, 0]);
	});

	it("finds none on a file that is not there, until it is", () => {
		rmSync(path);
		const table = join(folder, "locks");
		writeFileSync(table, "");
		const locks = systemLocks(path, table);
		expect(locks.holders()).toEqual([]);
		writeFileSync(path, "");
		const { dev, ino } = statSync(path);
		const device = [dev >> 8, dev & 0xff].map((part) => part.toString(16).padStart(2, "0")).join(":");
		writeFileSync(table, `1: POSIX  ADVISORY  READ 4711 ${device}:${ino} 0 EOF\n`);
		expect(locks.holders()).toEqual([4711]);
	});

	it("leaves those out that only read when it is asked for those that write", () => {
		expect(holders(table, "write")).toEqual([4712, 0]);
	});

	it("leaves out who waits, locks of other kinds and locks on other files", () => {
		const others = (file: string): string =>
			`1: -> POSIX  ADVISORY  WRITE 1 ${file} 0 EOF\n2: FLOCK  ADVISORY  WRITE 2 ${file} 0 EOF\n3: POSIX  ADVISORY  WRITE 3 ${file}7 0 EOF\n`;
		expect(holders(others)).toEqual([]);
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

	it("names nobody where the system shows no locks, and says so", () => {
		const locks = systemLocks(path, join(folder, "missing"));
		expect(locks.shown).toBe(false);
		expect(locks.holders()).toEqual([]);
	});

	it("finds a file on an overlay by its number alone, since the table has another device", () => {
		const { statfsSync } = fs;
		Object.assign(fs, { statfsSync: () => ({ type: 0x794c7630 }) });
		syncBuiltinESMExports();
		try {
			const { ino } = statSync(path);
			expect(holders(() => `1: POSIX  ADVISORY  WRITE 4711 aa:bb:${ino} 0 EOF\n`)).toEqual([4711]);
		} finally {
			Object.assign(fs, { statfsSync });
			syncBuiltinESMExports();
		}
	});

	it.runIf(onLinux)("sees the native library, in this process too, and what it does", () => {
		const database = new DatabaseSync(path);
		database.exec("CREATE TABLE t (a)");
		const locks = systemLocks(path);
		database.exec("BEGIN; SELECT * FROM t");
		const reading = database.prepare("SELECT * FROM t UNION ALL SELECT 1");
		for (const _ of reading.iterate()) {
			expect(locks.holders()).toEqual([process.pid]);
			expect(locks.holders("write")).toEqual([]);
			break;
		}
		database.exec("COMMIT");
		database.exec("BEGIN IMMEDIATE");
		expect(locks.holders()).toEqual([process.pid]);
		expect(locks.holders("write")).toEqual([process.pid]);
		database.exec("COMMIT");
		expect(locks.holders()).toEqual([]);
		database.close();
	});
});
