import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeConnection } from "../src/node-connection.ts";

let folder: string;
let path: string;
let database: DatabaseSync;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-node-"));
	path = join(folder, "app.db");
	database = new DatabaseSync(path);
});

afterEach(() => {
	if (database.isOpen) database.close();
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

/** What Deno 2.9 does: an error of `exec` has no result code, and `iterate` ends where SQLite fails. */
class DenoLikeDatabase extends DatabaseSync {
	override exec(sql: string): void {
		try {
			super.exec(sql);
		} catch (error) {
			delete (error as { errcode?: number }).errcode;
			throw error;
		}
	}

	override prepare(sql: string): ReturnType<DatabaseSync["prepare"]> {
		const statement = super.prepare(sql);
		const iterate = statement.iterate.bind(statement);
		statement.iterate = function* () {
			try {
				yield* iterate();
			} catch {}
			return undefined;
		} as typeof statement.iterate;
		return statement;
	}
}

describe("nodeConnection", () => {
	it("returns integers as bigint, of any size, and other values as they are", () => {
		const connection = nodeConnection(database, () => {});
		const sql = "SELECT 1 AS small, ? AS large, 1.5 AS real, 'x' AS text, NULL AS none, x'01' AS blob";
		expect(connection.query(sql, [2n ** 63n - 1n])).toEqual([
			{ small: 1n, large: 2n ** 63n - 1n, real: 1.5, text: "x", none: null, blob: Uint8Array.of(1) },
		]);
	});

	it("runs statements with and without rows, a kept one with other parameters", () => {
		const connection = nodeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		for (const value of [1n, "two"]) expect(connection.query("INSERT INTO t VALUES (?)", [value])).toEqual([]);
		expect(connection.query("SELECT a FROM t")).toEqual([{ a: 1n }, { a: "two" }]);
		connection.query("INSERT INTO t VALUES (?)", [3n]);
		expect(connection.query("SELECT a FROM t")).toHaveLength(3);
	});

	it("runs a kept statement after the schema has changed, and one that failed before", () => {
		const connection = nodeConnection(database, () => {});
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

	it("counts the rows that a statement has changed, also where it returns a row", () => {
		const connection = nodeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		connection.run("INSERT INTO t VALUES (1), (2), (3)");
		expect(connection.change("UPDATE t SET a = ? WHERE a > ?", [7n, 1n])).toBe(2);
		connection.run("PRAGMA count_changes = 1");
		expect(connection.change("DELETE FROM t")).toBe(3);
	});

	it("runs a statement that returns rows to its end, and leaves the rows out", () => {
		const connection = nodeConnection(database, () => {});
		let calls = 0;
		database.function("count_call", () => ++calls);
		expect(connection.run("SELECT count_call() FROM (VALUES (1), (2), (3))")).toBeUndefined();
		expect(calls).toBe(3);
		connection.run("SELECT 9223372036854775807");
		expect(connection.run("PRAGMA user_version = 7")).toBeUndefined();
		expect(connection.query("PRAGMA user_version")).toEqual([{ user_version: 7n }]);
	});

	it("refuses what begins with a vertical tab, as SQLite does", () => {
		const connection = nodeConnection(database, () => {});
		expect(failureOf(() => connection.run("\vCREATE TABLE t (a)"))).toHaveProperty(
			"message",
			expect.stringContaining("unrecognized token"),
		);
		expect(connection.query("SELECT * FROM sqlite_schema")).toEqual([]);
	});

	it("begins, commits and rolls back", () => {
		const connection = nodeConnection(database, () => {});
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
		const connection = nodeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		using second = new DatabaseSync(path);
		const other = nodeConnection(second, () => {});
		connection.begin("immediate");
		expect(other.query("SELECT * FROM t")).toEqual([]);
		connection.rollback();
		connection.begin("exclusive");
		const failure = failureOf(() => other.query("SELECT * FROM t"));
		expect(other.resultCode(failure)).toBe("SQLITE_BUSY");
		connection.rollback();
	});

	it("names the result code of each call where exec and iterate tell none, as on Deno", () => {
		using holder = new DatabaseSync(path);
		holder.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)");
		using likeDeno = new DenoLikeDatabase(path);
		const connection = nodeConnection(likeDeno, () => {}, { preparesAll: true });
		const codeOf = (work: () => unknown) => connection.resultCode(failureOf(work));
		expect(codeOf(() => connection.run("INSERT INTO t VALUES (1)"))).toBe("SQLITE_CONSTRAINT");
		expect(codeOf(() => connection.run("INSERT INTO t VALUES (1) RETURNING a"))).toBe("SQLITE_CONSTRAINT");
		expect(codeOf(() => connection.query("INSERT INTO t VALUES (1)"))).toBe("SQLITE_CONSTRAINT");
		expect(codeOf(() => connection.change("INSERT INTO t VALUES (1)"))).toBe("SQLITE_CONSTRAINT");
		expect(codeOf(() => connection.commit())).toBe("SQLITE_ERROR");
		expect(codeOf(() => connection.rollback())).toBe("SQLITE_ERROR");
		holder.exec("BEGIN EXCLUSIVE");
		expect(codeOf(() => connection.begin("immediate"))).toBe("SQLITE_BUSY");
	});

	it("names the result code of a copy that cannot be made", async () => {
		const connection = nodeConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		const codeOf = (copy: string) => connection.copyTo?.(join(folder, copy)).catch(connection.resultCode);
		expect(await codeOf("no such folder/copy.db")).toBe("SQLITE_CANTOPEN");
		using holder = new DatabaseSync(path);
		holder.exec("BEGIN EXCLUSIVE");
		expect(await codeOf("copy.db")).toBe("SQLITE_BUSY");
	});

	it("closes what it was told to close, and leaves nothing beside the file", () => {
		const kept = nodeConnection(database, () => {});
		kept.run("BEGIN");
		kept.run("COMMIT");
		kept.close();
		expect(database.isOpen).toBe(true);
		const other = new DatabaseSync(path);
		const closing = nodeConnection(other, () => other.close());
		closing.query("SELECT 1");
		closing.close();
		expect(other.isOpen).toBe(false);
		expect(readdirSync(folder)).toEqual(["app.db"]);
	});
});
