import { DatabaseSync } from "node:sqlite";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { nodeResultCode } from "../../src/node-sqlite/result-code.ts";
import { errorOf } from "../fixtures/error-of.ts";

describe("nodeResultCode", () => {
	it.each([
		["SELECT nonsense", "SQLITE_ERROR"],
		["INSERT INTO t VALUES (1)", "SQLITE_CONSTRAINT"],
		["INSERT INTO t (rowid) VALUES ('x')", "SQLITE_MISMATCH"],
		["SELECT zeroblob(2000000000)", "SQLITE_TOOBIG"],
		["ATTACH '/nowhere/x.db' AS x", "SQLITE_CANTOPEN"],
	])("names the primary code of %s", (sql, code) => {
		using database = new DatabaseSync(":memory:");
		database.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)");
		expect(nodeResultCode(errorOf(() => database.prepare(sql).all()))).toBe(code);
	});

	it("names the last of the codes, and no code that SQLite does not have", () => {
		expect(nodeResultCode(Object.assign(new Error("x"), { errcode: 28 }))).toBe("SQLITE_WARNING");
		expect(nodeResultCode(Object.assign(new Error("x"), { errcode: 101 }))).toBeUndefined();
	});

	it("names it for an error of another realm, as all of Node's are in Jest", () => {
		const foreign = Object.assign(runInNewContext("new Error('no such table: t')"), { errcode: 1 });
		expect(foreign).not.toBeInstanceOf(Error);
		expect(nodeResultCode(foreign)).toBe("SQLITE_ERROR");
	});

	it("is undefined for an error that is not SQLite's", () => {
		using database = new DatabaseSync(":memory:");
		const statement = database.prepare("SELECT ?");
		const refused = errorOf(() => statement.all({} as never, Symbol("no value") as never));
		for (const error of [
			undefined,
			null,
			"SQLITE_BUSY",
			{ errcode: 5 },
			Object.assign(new Error("x"), { errcode: "5" }),
			refused,
		]) {
			expect(nodeResultCode(error)).toBeUndefined();
		}
	});
});
