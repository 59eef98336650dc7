import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, native, wasm } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase } from "./test-database.ts";

/** Statements that fail, and the primary result code that both engines must name. */
const FAILURES: readonly (readonly [sql: string, code: string, message: string])[] = [
	["SELECT nonsense FROM nowhere", "SQLITE_ERROR", "no such table: nowhere"],
	["CREATE TABLE t (a)", "SQLITE_ERROR", "table t already exists"],
	["INSERT INTO t VALUES (1)", "SQLITE_CONSTRAINT", "UNIQUE constraint failed: t.a"],
	["INSERT INTO strict_t VALUES (NULL)", "SQLITE_CONSTRAINT", "NOT NULL constraint failed: strict_t.a"],
	["INSERT INTO strict_t VALUES ('x')", "SQLITE_CONSTRAINT", "cannot store TEXT value in INTEGER column strict_t.a"],
	["INSERT INTO strict_t VALUES (-1)", "SQLITE_CONSTRAINT", "CHECK constraint failed: a > 0"],
	["INSERT INTO t (rowid) VALUES ('x')", "SQLITE_MISMATCH", "datatype mismatch"],
	["PRAGMA query_only=1; INSERT INTO t VALUES (2)", "SQLITE_READONLY", "attempt to write a readonly database"],
	["PRAGMA max_page_count=7; INSERT INTO t VALUES (zeroblob(100000))", "SQLITE_FULL", "database or disk is full"],
	["ATTACH ':memory:' AS m; CREATE TABLE m.t (a); DETACH m", "SQLITE_ERROR", "database m is locked"],
	["SELECT zeroblob(2000000000)", "SQLITE_TOOBIG", "string or blob too big"],
];

describe.each(backends)("the result code of a failure, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
		db.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1);");
		db.exec("CREATE TABLE strict_t (a INTEGER NOT NULL CHECK (a > 0)) STRICT;");
	});

	afterEach(() => db[Symbol.dispose]());

	it.each(FAILURES)("of %s is %s", async (sql, code, message) => {
		await using driver = await db.open();
		const error = await failure("ERR_SQL", driver.run(textBody(sql)));
		expect(error.message).toBe(message);
		expect(error.details.resultCode?.split("_").slice(0, 2).join("_")).toBe(code);
	});

	it.runIf(backend !== wasm)("of a statement that met another connection's transaction is SQLITE_BUSY", async () => {
		await using driver = await db.open("x-tx-mode=deferred");
		using other = backend.connect(db.path);
		other.exec("BEGIN IMMEDIATE");
		const { details } = await failure("ERR_SQL", driver.run(textBody("DROP TABLE t")));
		expect(details.resultCode).toBe("SQLITE_BUSY");
		other.exec("ROLLBACK");
	});

	it("of a statement that met another connection's transaction in an attached file is SQLITE_BUSY", async () => {
		await using driver = await db.open();
		using other = backend.connect(`${db.path}-other`);
		other.exec("CREATE TABLE u (a); BEGIN IMMEDIATE");
		const body = `ATTACH '${db.path}-other' AS other; INSERT INTO other.u VALUES (1);`;
		const { details } = await failure("ERR_SQL", driver.run(textBody(body)));
		expect(details.resultCode).toBe("SQLITE_BUSY");
		other.exec("ROLLBACK");
	});

	it("of a file that is no database is SQLITE_NOTADB", async () => {
		writeFileSync(db.path, "This is a letter, and no database. ".repeat(100));
		const error = await failure("ERR_DATABASE", db.open());
		expect(error.details.resultCode).toBe("SQLITE_NOTADB");
		expect(error.message).toBe(`${db.path}: file is not a database; check the path in the database URL`);
	});

	it("of a damaged database is SQLITE_CORRUPT", async () => {
		const file = openSync(db.path, "r+");
		writeSync(file, Buffer.alloc(3_000, 0xff), 0, 3_000, 1_000);
		closeSync(file);
		const error = await failure("ERR_DATABASE", db.version());
		expect(error.details.resultCode).toBe("SQLITE_CORRUPT");
		expect(error.message).toContain("restore it from a backup");
	});

	it("of a schema that cannot be read is SQLITE_CORRUPT too", async () => {
		using connection = native.connect(db.path);
		connection.exec("CREATE TABLE zz (a)");
		connection.close();
		const file = openSync(db.path, "r+");
		const at = readFileSync(db.path).indexOf("CREATE TABLE zz");
		writeSync(file, "CRAETE", at);
		closeSync(file);
		const error = await failure("ERR_DATABASE", db.version());
		expect(error.details.resultCode).toBe("SQLITE_CORRUPT");
		expect(error.message).toContain("malformed database schema");
	});

	it("of a database that cannot be attached is SQLITE_CANTOPEN", async () => {
		mkdirSync(join(db.folder, "folder"));
		await using driver = await db.open();
		for (const name of ["folder", "missing/x.db"]) {
			const error = await failure(
				"ERR_SQL",
				driver.run(textBody(`ATTACH '${join(db.folder, name)}' AS x; SELECT 1 FROM x.t`)),
			);
			expect(error.message).toContain("unable to open database");
			expect(error.details.resultCode).toBe("SQLITE_CANTOPEN");
		}
	});

	it("is missing from a failure that is not SQLite's", async () => {
		await using driver = await db.open();
		const odd = { name: "SqliteError", code: "SQLITE_BUSY" };
		for (const reason of [null, "text", odd, new TypeError("wrong")]) {
			await expect(driver.transaction?.({ version: 1n, dirty: false }, () => Promise.reject(reason))).rejects.toBe(
				reason,
			);
		}
	});
});

describe("the result codes of all backends", () => {
	it.each(FAILURES)("are the same for %s", async (sql) => {
		const codes = await Promise.all(
			backends.map(async (backend) => {
				using db = createTestDatabase(backend);
				db.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1);");
				db.exec("CREATE TABLE strict_t (a INTEGER NOT NULL CHECK (a > 0)) STRICT;");
				await using driver = await db.open();
				const { details, message } = await failure("ERR_SQL", driver.run(textBody(sql)));
				return { message, code: details.resultCode?.split("_").slice(0, 2).join("_") };
			}),
		);
		expect(codes).toEqual(backends.map(() => codes[0]));
	});
});
