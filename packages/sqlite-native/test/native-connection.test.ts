import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3, { type Database } from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyOf, nativeConnection } from "../src/native-connection.ts";

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

function failureOf(work: () => unknown): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error("nothing failed");
}

describe("nativeConnection", () => {
	it("returns integers as bigint, of any size, and other values as they are", () => {
		const connection = nativeConnection(database, () => {});
		const sql = "SELECT 1 AS small, ? AS large, 1.5 AS real, 'x' AS text, NULL AS none, x'01' AS blob";
		expect(connection.query(sql, [2n ** 63n - 1n])).toEqual([
			{ small: 1n, large: 2n ** 63n - 1n, real: 1.5, text: "x", none: null, blob: Buffer.of(1) },
		]);
	});

	it("runs statements with and without rows, a kept one with other parameters", () => {
		const connection = nativeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		for (const value of [1n, "two"]) expect(connection.query("INSERT INTO t VALUES (?)", [value])).toEqual([]);
		expect(connection.query("SELECT a FROM t")).toEqual([{ a: 1n }, { a: "two" }]);
		connection.query("INSERT INTO t VALUES (?)", [3n]);
		expect(connection.query("SELECT a FROM t")).toHaveLength(3);
	});

	it("runs a kept statement after the schema has changed, and one that failed before", () => {
		const connection = nativeConnection(database, () => {});
		connection.run("CREATE TABLE t (a UNIQUE)");
		const insert = "INSERT INTO t (a) VALUES (?)";
		connection.query(insert, [1n]);
		failureOf(() => connection.query(insert, [1n]));
		connection.run("ALTER TABLE t ADD COLUMN b DEFAULT 2");
		connection.query(insert, [3n]);
		expect(connection.query("SELECT a, b FROM t")).toEqual([
			{ a: 1n, b: 2n },
			{ a: 3n, b: 2n },
		]);
	});

	it("leaves out the rows of a statement that is run", () => {
		const connection = nativeConnection(database, () => {});
		expect(connection.run("SELECT 1")).toBeUndefined();
		expect(connection.run("PRAGMA user_version = 7")).toBeUndefined();
		expect(connection.query("PRAGMA user_version")).toEqual([{ user_version: 7n }]);
	});

	it("refuses what begins with a vertical tab, which the binding would pass over and SQLite does not", () => {
		const connection = nativeConnection(database, () => {});
		expect(failureOf(() => connection.run("\vCREATE TABLE t (a)"))).toHaveProperty(
			"message",
			expect.stringContaining("unrecognized token"),
		);
		expect(connection.query("SELECT * FROM sqlite_schema")).toEqual([]);
	});

	it("begins, commits and rolls back", () => {
		const connection = nativeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		for (const mode of ["deferred", "immediate", "exclusive"] as const) {
			expect(connection.inTransaction).toBe(false);
			connection.begin(mode);
			expect(connection.inTransaction).toBe(true);
			connection.run("INSERT INTO t VALUES (1)");
			connection.commit();
		}
		connection.begin("immediate");
		connection.run("DELETE FROM t");
		connection.rollback();
		expect(connection.inTransaction).toBe(false);
		expect(connection.query("SELECT a FROM t")).toHaveLength(3);
	});

	it("keeps others out as the mode says", () => {
		const connection = nativeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		const other = nativeConnection(new BetterSqlite3(database.name, { timeout: 0 }), () => {});
		connection.begin("immediate");
		expect(other.query("SELECT * FROM t")).toEqual([]);
		connection.rollback();
		connection.begin("exclusive");
		const failure = failureOf(() => other.query("SELECT * FROM t"));
		expect(other.resultCode(failure)).toBe("SQLITE_BUSY");
		connection.rollback();
	});

	it("names the result code of SQLite's failures and of nothing else", () => {
		const connection = nativeConnection(database, () => {});
		const failure = failureOf(() => connection.run("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1), (1)"));
		expect(connection.resultCode(failure)).toBe("SQLITE_CONSTRAINT_UNIQUE");
		for (const reason of [
			undefined,
			null,
			"SqliteError",
			new Error("SQLITE_BUSY"),
			Object.assign(new Error("x"), { name: "SqliteError" }),
			{ name: "SqliteError", code: "X" },
		]) {
			expect(connection.resultCode(reason)).toBeUndefined();
		}
	});

	it("closes what it was told to close, and leaves nothing beside the file", () => {
		const kept = nativeConnection(database, () => {});
		kept.run("BEGIN");
		kept.run("COMMIT");
		kept.close();
		expect(database.open).toBe(true);
		const other = new BetterSqlite3(database.name);
		nativeConnection(other, () => other.close()).close();
		expect(other.open).toBe(false);
		expect(readdirSync(folder)).toEqual(["app.db"]);
	});
});

describe("copyOf", () => {
	it("is the same for databases of one copy of the binding, also of an application's own class", () => {
		class Application extends BetterSqlite3 {}
		const [memory, application] = [new BetterSqlite3(":memory:"), new Application(":memory:")];
		expect(copyOf(memory)).toBeTypeOf("function");
		expect(copyOf(memory)).toBe(copyOf(database));
		expect(copyOf(application)).toBe(copyOf(database));
		memory.close();
		application.close();
	});

	it("is a database by itself whose handle cannot be found", () => {
		for (const odd of [{}, { [Symbol("handle")]: undefined }] as unknown as readonly Database[]) {
			expect(copyOf(odd)).toBe(odd);
		}
	});

	it.runIf(process.platform === "linux")("is another one for a second copy of it", () => {
		const [loaded = ""] = /\S+better-sqlite3\S+\.node/.exec(readFileSync("/proc/self/maps", "utf8")) ?? [];
		const nativeBinding = join(folder, "copy.node");
		copyFileSync(loaded, nativeBinding);
		const other = new BetterSqlite3(":memory:", { nativeBinding });
		expect(copyOf(other)).toBeTypeOf("function");
		expect(copyOf(other)).not.toBe(copyOf(database));
		other.close();
	});
});
