import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const FIRST = "CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT UNIQUE);\nINSERT INTO log VALUES (1, 'one');";

describe.each(backends)("a body in a transaction, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups(FIRST));
	});

	afterEach(() => db[Symbol.dispose]());

	async function nothingChanged(): Promise<void> {
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(db.all("SELECT * FROM log")).toEqual([{ id: 1n, text: "one" }]);
		expect(db.schema().map((object) => (object as { name: string }).name)).toEqual(["log", "sqlite_autoindex_log_1"]);
	}

	it.each([
		["COMMIT;", 3],
		["COMMIT; BEGIN;", 3],
		["ROLLBACK;", 3],
		["ROLLBACK; BEGIN;", 3],
		["END;", 3],
		["END TRANSACTION;", 3],
		["BEGIN;", 3],
		["BEGIN EXCLUSIVE;", 3],
		["PRAGMA journal_mode=WAL;", 3],
		["/* done */ commit", 14],
	])("may not say %s", async (control, column) => {
		const body = `INSERT INTO log VALUES (2, 'two');\nCREATE TABLE more (a);\n  ${control}\nCREATE TABLE late (a);`;
		const { cause } = await failedMigration("ERR_TRANSACTION_CONTROL", db.up(ups(FIRST, body)));
		expect(cause.details).toMatchObject({ line: 3, column });
		expect(cause.message).toContain('put the comment "-- godwit: no-transaction" on the file\'s first line');
		await nothingChanged();
	});

	it("is not changed by EXPLAIN, by names and by strings that look like one", async () => {
		await db.up(ups(FIRST, `EXPLAIN COMMIT; INSERT INTO log VALUES (2, 'COMMIT;'); SELECT 1 AS "ROLLBACK";`));
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("may use savepoints", async () => {
		const body = `
			SAVEPOINT a;
			INSERT INTO log VALUES (2, 'two');
			SAVEPOINT b;
			INSERT INTO log VALUES (3, 'three');
			ROLLBACK TO b;
			ROLLBACK TRANSACTION TO SAVEPOINT b;
			RELEASE b;
			RELEASE SAVEPOINT a;`;
		await db.up(ups(FIRST, body));
		expect(db.all("SELECT id FROM log ORDER BY id")).toEqual([{ id: 1n }, { id: 2n }]);
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("is recorded whole when it leaves a savepoint open", async () => {
		await db.up(ups(FIRST, "SAVEPOINT a; INSERT INTO log VALUES (2, 'two');"));
		expect(db.all("SELECT id FROM log ORDER BY id")).toEqual([{ id: 1n }, { id: 2n }]);
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it.each([
		["INSERT OR ROLLBACK", "INSERT OR ROLLBACK INTO log VALUES (1, 'again');", "UNIQUE constraint failed: log.id"],
		["UPDATE OR ROLLBACK", "UPDATE OR ROLLBACK log SET text = 'one';", "UNIQUE constraint failed: log.text"],
		[
			"RAISE(ROLLBACK)",
			"CREATE TRIGGER no BEFORE DELETE ON log BEGIN SELECT RAISE(ROLLBACK, 'log is for ever'); END; DELETE FROM log;",
			"log is for ever",
		],
		[
			"ON CONFLICT ROLLBACK",
			"CREATE TABLE u (a UNIQUE ON CONFLICT ROLLBACK); INSERT INTO u VALUES (1); INSERT INTO u VALUES (1);",
			"UNIQUE constraint failed: u.a",
		],
	])("is rolled back whole, and not recorded, after a %s that fails", async (_, sql, message) => {
		const body = `INSERT INTO log VALUES (2, 'two');\nCREATE TABLE more (a);\n${sql}\nINSERT INTO log VALUES (3, 'three');`;
		const { failed, cause } = await failedMigration("ERR_SQL", db.up(ups(FIRST, body)));
		expect(cause.message).toBe(message);
		expect(cause.details.line).toBe(3);
		expect(failed.details.dirty).toBe(false);
		await nothingChanged();
	});

	it.each(["VACUUM;", "PRAGMA synchronous=1;"])("hears how to run %s outside of it", async (sql) => {
		const { cause } = await failedMigration("ERR_SQL", db.up(ups(FIRST, sql)));
		expect(cause.message).toMatch(
			/transaction; put the comment "-- godwit: no-transaction" on the file's first line to run it outside one$/,
		);
		await nothingChanged();
	});
});
