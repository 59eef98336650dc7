import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wasmConnection } from "../src/wasm-connection.ts";

const require = createRequire(import.meta.url);
const { Database } = require("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

function failureOf(work: () => unknown): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error("nothing failed");
}

describe("wasmConnection", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-wasm-"));
		path = join(folder, "app.db");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	function inMemory(): ReturnType<typeof wasmConnection> {
		const database = new Database(":memory:");
		return wasmConnection(database, () => database.close());
	}

	it("returns integers as bigint, of any size, and other values as they are", () => {
		const connection = inMemory();
		const sql =
			"SELECT 1 AS small, ? AS large, 1.5 AS real, 9.3e18 AS long_real, 'x' AS text, NULL AS none, x'01' AS blob";
		expect(connection.query(sql, [2n ** 63n - 1n])).toEqual([
			{
				small: 1n,
				large: 2n ** 63n - 1n,
				real: 1.5,
				long_real: 9.3e18,
				text: "x",
				none: null,
				blob: Uint8Array.of(1),
			},
		]);
		connection.close();
	});

	it("runs a kept statement again with other parameters, and after the schema has changed", () => {
		const connection = inMemory();
		expect(connection.query("SELECT ? AS a", [1n])).toEqual([{ a: 1n }]);
		expect(connection.query("SELECT ? AS a", ["two"])).toEqual([{ a: "two" }]);
		connection.run("CREATE TABLE t (a)");
		for (const value of [1n, 2n]) connection.query("INSERT INTO t (a) VALUES (?)", [value]);
		connection.run("ALTER TABLE t ADD COLUMN b");
		connection.query("INSERT INTO t (a) VALUES (?)", [3n]);
		expect(connection.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 3n }]);
		connection.close();
	});

	it("runs a kept statement again after it has failed", () => {
		const connection = inMemory();
		connection.run("CREATE TABLE t (a UNIQUE)");
		const insert = "INSERT INTO t VALUES (?)";
		connection.query(insert, [1n]);
		const failure = failureOf(() => connection.query(insert, [1n]));
		expect(connection.resultCode(failure)).toBe("SQLITE_CONSTRAINT");
		connection.query(insert, [2n]);
		expect(connection.query("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 2n }]);
		connection.close();
	});

	it("begins, commits and rolls back", () => {
		const connection = inMemory();
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
		connection.close();
	});

	it("names the result code of SQLite's failures and of nothing else", () => {
		const connection = inMemory();
		expect(connection.resultCode(failureOf(() => connection.run("nonsense")))).toBe("SQLITE_ERROR");
		expect(connection.resultCode(failureOf(() => connection.query("nonsense")))).toBe("SQLITE_ERROR");
		expect(connection.resultCode(new Error("database is locked"))).toBeUndefined();
		connection.close();
	});

	it("leaves the caller's database open and its file free", () => {
		const database = new Database(path);
		const connection = wasmConnection(database, () => {});
		connection.run("CREATE TABLE t (a)");
		expect(connection.query("SELECT * FROM t")).toEqual([]);
		connection.begin("immediate");
		expect(readdirSync(folder)).toContain("app.db.lock");
		connection.commit();
		connection.close();
		expect(database.isOpen).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db"]);
		database.close();
	});

	it("closes what it was told to close, with the statements that it has kept", () => {
		const database = new Database(path);
		const connection = wasmConnection(database, () => database.close());
		connection.query("SELECT 1");
		connection.close();
		expect(database.isOpen).toBe(false);
	});
});
