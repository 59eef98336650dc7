import fs, {
	chmodSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3, { type Database } from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nativeConnection } from "../src/native-connection.ts";

describe("nativeConnection", () => {
	let folder: string;
	let database: Database;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-native-"));
		database = new BetterSqlite3(join(folder, "app.db"), { timeout: 0 });
	});

	afterEach(() => {
		database.close();
		rmSync(folder, { recursive: true });
	});

	it("returns integers as bigint, of any size, and other values as they are", () => {
		const connection = nativeConnection(database, () => {});
		const sql = "SELECT 1 AS small, ? AS large, 1.5 AS real, 'x' AS text, NULL AS none, x'01' AS blob";
		expect(connection.all(sql, [2n ** 63n - 1n])).toEqual([
			{ small: 1n, large: 2n ** 63n - 1n, real: 1.5, text: "x", none: null, blob: Buffer.of(1) },
		]);
	});

	it("runs statements with and without rows, a kept one with other parameters", () => {
		const connection = nativeConnection(database, () => {});
		connection.exec("CREATE TABLE t (a)");
		for (const value of [1n, "two"]) expect(connection.all("INSERT INTO t VALUES (?)", [value])).toEqual([]);
		expect(connection.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: "two" }]);
	});

	it("names the result code of SQLite's failures and of nothing else", () => {
		const connection = nativeConnection(database, () => {});
		let failure: unknown;
		try {
			connection.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1), (1)");
		} catch (error) {
			failure = error;
		}
		expect(connection.resultCode(failure)).toBe("SQLITE_CONSTRAINT_UNIQUE");
		for (const reason of [
			undefined,
			null,
			"SqliteError",
			new Error("SQLITE_BUSY"),
			{ name: "SqliteError", code: "X" },
		]) {
			expect(connection.resultCode(reason)).toBeUndefined();
		}
	});

	it("leaves the caller's database open and nothing beside its file", () => {
		const connection = nativeConnection(database, () => {});
		connection.exec("BEGIN");
		expect(connection.inTransaction).toBe(true);
		connection.exec("COMMIT");
		connection.close();
		expect(database.open).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db"]);
	});

	describe.runIf(process.getuid?.() === 0)("in a folder where only another user can make a lock", () => {
		let path: string;

		beforeEach(() => {
			path = join(folder, "other.db");
			chmodSync(folder, 0o755);
			database.exec("PRAGMA cache_size=1; CREATE TABLE t (a); INSERT INTO t VALUES ('before')");
		});

		function copyAs(journal: boolean): void {
			for (const end of journal ? ["", "-journal"] : [""]) {
				copyFileSync(`${database.name}${end}`, `${path}${end}`);
				chmodSync(`${path}${end}`, 0o666);
			}
		}

		function queryAsNobody(): unknown {
			process.seteuid?.(65_534);
			try {
				const other = new BetterSqlite3(path, { timeout: 0 });
				const connection = nativeConnection(other, () => other.close());
				try {
					return connection.all("SELECT a FROM t");
				} finally {
					connection.close();
				}
			} finally {
				process.seteuid?.(0);
			}
		}

		it("reads a database that nobody writes to", () => {
			copyAs(false);
			expect(queryAsNobody()).toEqual([{ a: "before" }]);
		});

		it("reads one that is no database as SQLite does", () => {
			writeFileSync(path, "x".repeat(4096));
			expect(queryAsNobody).toThrow("file is not a database");
		});

		it("is told that it is busy, and so to wait, while the other user commits", () => {
			copyAs(false);
			const other = new BetterSqlite3(path);
			other.exec("BEGIN EXCLUSIVE; INSERT INTO t VALUES ('more')");
			expect(readdirSync(folder)).toContain("other.db-journal");
			expect(queryAsNobody).toThrow("database is locked");
			other.close();
		});

		it("does not roll back a journal, which may be the other user's", () => {
			database.exec("BEGIN; UPDATE t SET a = 'after'");
			database.exec("INSERT INTO t SELECT hex(randomblob(1000)) FROM json_each(json_array(1,2,3,4,5,6,7,8,9))");
			copyAs(true);
			const before = readFileSync(path);
			expect(queryAsNobody).toThrow(/other\.db cannot be locked: .*EACCES.*check the permissions of its folder/);
			expect(readFileSync(path)).toEqual(before);
		});
	});

	it("finds the lock beside a database whose name is relative to an earlier folder", () => {
		const before = process.cwd();
		process.chdir(folder);
		const relative = new BetterSqlite3("app.db");
		process.chdir(before);
		mkdirSync(`${database.name}.lock`);
		const connection = nativeConnection(relative, () => relative.close());
		expect(() => connection.all("SELECT 1")).toThrow(`${database.name}.lock was made`);
		connection.close();
	});

	it("does not roll back the journal of whoever holds the lock, through an application's class for one file", () => {
		const path = join(folder, "copy.db");
		database.exec("PRAGMA cache_size=1; CREATE TABLE t (a); BEGIN");
		database.exec("INSERT INTO t SELECT hex(randomblob(1000)) FROM json_each(json_array(1,2,3,4,5,6,7,8,9))");
		class Application extends BetterSqlite3 {
			constructor() {
				super(path);
			}
		}
		for (const end of ["", "-journal"]) copyFileSync(`${database.name}${end}`, `${path}${end}`);
		mkdirSync(`${path}.lock`);
		const before = readFileSync(path);
		const application = new Application();
		const connection = nativeConnection(application, () => application.close());
		expect(() => connection.all("SELECT * FROM t")).toThrow(`${path}.lock was made`);
		connection.close();
		expect(readFileSync(path)).toEqual(before);
	});

	it.runIf(process.platform === "linux")("keeps its locks when the binding was loaded a second time", () => {
		const [loaded = ""] = /\S+better-sqlite3\S+\.node/.exec(readFileSync("/proc/self/maps", "utf8")) ?? [];
		const nativeBinding = join(folder, "copy.node");
		copyFileSync(loaded, nativeBinding);
		const other = new BetterSqlite3(database.name, { nativeBinding });
		const connection = nativeConnection(other, () => other.close());
		connection.exec("BEGIN IMMEDIATE");
		expect(readFileSync("/proc/locks", "utf8")).toContain(`:${statSync(database.name).ino} `);
		connection.exec("COMMIT");
		connection.close();
	});

	describe.runIf(process.platform === "linux")("before it looks for the lock of node-sqlite3-wasm", () => {
		const { lstatSync } = fs;
		const seen: boolean[] = [];

		/** Notes, each time that the lock is looked for, whether the other side would see that we hold the file. */
		beforeEach(() => {
			const file = database.name;
			const isOurs = (line: string): boolean =>
				line.includes(` ${process.pid} `) && line.includes(`:${statSync(file).ino} `);
			seen.length = 0;
			const noting = (...args: Parameters<typeof lstatSync>): unknown => {
				if (args[0] === `${file}.lock`) seen.push(readFileSync("/proc/locks", "utf8").split("\n").some(isOurs));
				return lstatSync(...args);
			};
			Object.assign(fs, { lstatSync: noting });
			syncBuiltinESMExports();
		});

		afterEach(() => {
			Object.assign(fs, { lstatSync });
			syncBuiltinESMExports();
		});

		// Locked later, a query would roll back the journal of who has begun to write in between.
		it("has locked the file for a query and for a transaction", () => {
			database.exec("CREATE TABLE t (a)");
			const connection = nativeConnection(database, () => {});
			connection.all("SELECT * FROM t");
			expect(seen.length).toBeGreaterThan(0);
			expect(seen).not.toContain(false);
			seen.length = 0;
			connection.exec("BEGIN IMMEDIATE");
			expect(seen.length).toBeGreaterThan(0);
			expect(seen).not.toContain(false);
			connection.exec("COMMIT");
			connection.close();
		});
	});
});
