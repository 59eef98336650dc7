import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { resultCode } from "../src/result-code.ts";

const require = createRequire(import.meta.url);
const { Database, SQLite3Error } = require("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

function failureOf(work: () => void): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error("nothing failed");
}

describe("resultCode", () => {
	it("finds SQLITE_LOCKED in the binding's message", () => {
		const database = new Database(":memory:");
		database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);");
		const statement = database.prepare("SELECT a FROM t");
		expect(statement.iterate().next().done).toBe(false);
		const error = failureOf(() => database.exec("DROP TABLE t"));
		expect(error).toHaveProperty("message", "database table is locked");
		expect(resultCode(error)).toBe("SQLITE_LOCKED");
		statement.finalize();
		database.close();
	});

	it("finds SQLITE_ERROR in what a caller's function throws, whatever it says in the middle", () => {
		const database = new Database(":memory:");
		database.function("boom", () => {
			throw new Error("the database is locked");
		});
		expect(resultCode(failureOf(() => database.all("SELECT boom()")))).toBe("SQLITE_ERROR");
		database.close();
	});

	it.each([
		["database is locked", "SQLITE_BUSY"],
		["database schema is locked: main", "SQLITE_LOCKED"],
		["database table is locked: t", "SQLITE_LOCKED"],
		["database disk image is malformed", "SQLITE_CORRUPT"],
		['malformed database schema (t) - near "(": syntax error', "SQLITE_CORRUPT"],
		["disk I/O error", "SQLITE_IOERR"],
		["out of memory", "SQLITE_NOMEM"],
		["interrupted", "SQLITE_INTERRUPT"],
		["unable to open database file", "SQLITE_CANTOPEN"],
		["Database already closed", "SQLITE_ERROR"],
	])("reads SQLite's own text %j, see sqlite3_errstr", (message, code) => {
		expect(resultCode(Object.assign(new SQLite3Error(message), { name: "SQLite3Error" }))).toBe(code);
	});

	it.each([[undefined], [null], ["SQLite3Error"], [new Error("database is locked")], [{ name: "SQLite3Error" }]])(
		"knows nothing of %j",
		(reason) => {
			expect(resultCode(reason)).toBeUndefined();
		},
	);
});
