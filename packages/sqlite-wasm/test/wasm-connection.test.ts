import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wasmConnection } from "../src/wasm-connection.ts";

const require = createRequire(import.meta.url);
const { Database } = require("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

describe("wasmConnection", () => {
	let folder: string;
	let path: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-wasm-"));
		path = join(folder, "app.db");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it("returns integers as bigint, of any size, and other values as they are", () => {
		const database = new Database(":memory:");
		const connection = wasmConnection(database, undefined, () => database.close());
		const sql =
			"SELECT 1 AS small, ? AS large, 1.5 AS real, 9.3e18 AS long_real, 'x' AS text, NULL AS none, x'01' AS blob";
		expect(connection.all(sql, [2n ** 63n - 1n])).toEqual([
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

	it("runs a kept statement again with other parameters", () => {
		const database = new Database(":memory:");
		const connection = wasmConnection(database, undefined, () => database.close());
		expect(connection.all("SELECT ? AS a", [1n])).toEqual([{ a: 1n }]);
		expect(connection.all("SELECT ? AS a", ["two"])).toEqual([{ a: "two" }]);
		connection.close();
	});

	it("leaves the caller's database open and its file free", () => {
		const database = new Database(path);
		const connection = wasmConnection(database, path, () => {});
		connection.exec("CREATE TABLE t (a)");
		expect(connection.all("SELECT * FROM t")).toEqual([]);
		connection.exec("BEGIN IMMEDIATE");
		expect(connection.inTransaction).toBe(true);
		expect(readdirSync(folder)).toContain("app.db.lock");
		connection.exec("COMMIT");
		expect(connection.inTransaction).toBe(false);
		connection.close();
		expect(database.isOpen).toBe(true);
		expect(readdirSync(folder)).toEqual(["app.db"]);
		database.close();
	});
});
