import fs, { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LockKind, type SystemLocks, systemLocks } from "../../../src/folder-locks/system-locks/system-locks.ts";
import { onLinux } from "../../fixtures/linux.ts";
import { openTables } from "../../fixtures/open-tables.ts";

describe("systemLocks", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-system-locks-"));
		path = join(folder, "app.db");
		writeFileSync(path, "");
	});

	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	function nameInTable(): string {
		const { dev, ino } = statSync(path);
		const device = [dev >> 8, dev & 0xff].map((part) => part.toString(16).padStart(2, "0")).join(":");
		return `${device}:${ino}`;
	}

	/** Writes a table of locks on the file and asks it. */
	function holders(lines: (file: string) => string, kind?: LockKind): readonly number[] {
		const table = join(folder, "locks");
		writeFileSync(table, lines(nameInTable()));
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
		writeFileSync(table, `1: POSIX  ADVISORY  READ 4711 ${nameInTable()} 0 EOF\n`);
		expect(locks.holders()).toEqual([4711]);
	});

	it("leaves those out that only read when it is asked for those that write", () => {
		expect(holders(table, "write")).toEqual([4712, 0]);
	});

	it("leaves all out but the one that covers what SQLite locks of a file, when it is asked for that", () => {
		const lines = (file: string): string =>
			[
				`1: POSIX  ADVISORY  WRITE 1 ${file} 1073741824 1073742335`,
				`2: POSIX  ADVISORY  WRITE 2 ${file} 1073741825 1073742335`,
				`3: POSIX  ADVISORY  WRITE 3 ${file} 1073741824 1073742334`,
				`4: POSIX  ADVISORY  READ 4 ${file} 1073741824 1073742335`,
				`5: POSIX  ADVISORY  WRITE 5 ${file} 0 EOF`,
			].join("\n");
		expect(holders(lines, "exclusive")).toEqual([1, 5]);
	});

	it("leaves out who waits, locks of other kinds and locks on other files", () => {
		const others = (file: string): string =>
			`1: -> POSIX  ADVISORY  WRITE 1 ${file} 0 EOF\n2: FLOCK  ADVISORY  WRITE 2 ${file} 0 EOF\n3: POSIX  ADVISORY  WRITE 3 ${file}7 0 EOF\n`;
		expect(holders(others)).toEqual([]);
	});

	it("names one whose lock some readings leave out of a table of several pages", () => {
		const others = "1: POSIX  ADVISORY  WRITE 1 00:00:1 0 EOF\n".repeat(100);
		const lacking = join(folder, "lacking");
		writeFileSync(lacking, others);
		const whole = join(folder, "locks");
		const { openSync } = fs;
		let readings = 0;
		Object.assign(fs, { openSync: (_: string, flags: string) => openSync(++readings < 8 ? lacking : whole, flags) });
		syncBuiltinESMExports();
		try {
			expect(holders((file) => `${others}9: POSIX  ADVISORY  WRITE 4711 ${file} 0 EOF\n`)).toEqual([4711]);
		} finally {
			Object.assign(fs, { openSync });
			syncBuiltinESMExports();
		}
		expect(readings).toBe(8);
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

	describe.runIf(onLinux)("seesOwn", () => {
		let database: DatabaseSync;
		let locks: SystemLocks;

		beforeEach(() => {
			database = new DatabaseSync(path);
			database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
			locks = systemLocks(path);
		});

		afterEach(() => {
			locks.close();
			database.close();
			expect(openTables()).toEqual([]);
		});

		it("sees a lock of this process that writes, from when it is taken until it is given back", () => {
			for (let round = 0; round < 3; round++) {
				expect(locks.seesOwn("exclusive")).toBe(false);
				database.exec("BEGIN EXCLUSIVE");
				expect(locks.seesOwn("exclusive")).toBe(true);
				database.exec("COMMIT");
			}
			expect(locks.seesOwn("exclusive")).toBe(false);
			database.exec("BEGIN");
			database.prepare("SELECT * FROM t").all();
			expect(locks.holders()).toEqual([process.pid]);
			expect(locks.seesOwn("exclusive")).toBe(false);
			expect(openTables()).toHaveLength(1);
		});

		it("no longer sees one that a close of the file has dropped", () => {
			database.exec("BEGIN EXCLUSIVE");
			expect(locks.seesOwn("exclusive")).toBe(true);
			closeSync(openSync(path, "r"));
			expect(locks.seesOwn("exclusive")).toBe(false);
			expect(locks.holders()).toEqual([]);
		});

		it("sees neither a lock on another file nor one of another process", () => {
			const other = `${path}-other`;
			using apart = new DatabaseSync(other);
			apart.exec("BEGIN EXCLUSIVE");
			expect(locks.seesOwn("exclusive")).toBe(false);
			expect(systemLocks(other).holders()).toEqual([process.pid]);
			const table = join(folder, "locks");
			writeFileSync(table, `1: POSIX  ADVISORY  WRITE ${process.pid}0 ${nameInTable()} 0 EOF\n`);
			const shown = systemLocks(path, table);
			expect(shown.seesOwn("exclusive")).toBe(false);
			writeFileSync(table, `1: POSIX  ADVISORY  WRITE ${process.pid} ${nameInTable()} 0 EOF\n`);
			expect(shown.seesOwn("exclusive")).toBe(true);
			shown.close();
		});

		it("opens the table anew when another part of the process has closed its descriptor", () => {
			database.exec("BEGIN EXCLUSIVE");
			expect(locks.seesOwn("exclusive")).toBe(true);
			closeSync(Number(openTables()[0]));
			expect(locks.seesOwn("exclusive")).toBe(false);
			expect(locks.holders()).toEqual([process.pid]);
			expect(locks.seesOwn("exclusive")).toBe(true);
			closeSync(Number(openTables()[0]));
			locks.close();
		});

		it("leaves a file alone that has the number of its descriptor since", () => {
			database.exec("BEGIN EXCLUSIVE");
			for (const looksAgain of [true, false]) {
				expect(locks.seesOwn("exclusive")).toBe(true);
				const number = Number(openTables()[0]);
				closeSync(number);
				using other = fileOfNumber(number, join(folder, "other"));
				if (looksAgain) expect(locks.seesOwn("exclusive")).toBe(false);
				locks.close();
				expect(other.text()).toBe("of others");
				expect(locks.seesOwn("exclusive")).toBe(true);
			}
		});
	});
});

/** Opens a file until it has a number, since others may open files at the same time. */
function fileOfNumber(number: number, path: string): Disposable & { text(): string } {
	writeFileSync(path, "of others");
	const opened = [openSync(path, "r")];
	while (!opened.includes(number)) {
		expect(opened.length).toBeLessThan(100);
		opened.push(openSync(path, "r"));
	}
	return {
		text: () => readFileSync(number, "utf8"),
		[Symbol.dispose]: () => {
			for (const descriptor of opened) closeSync(descriptor);
		},
	};
}
