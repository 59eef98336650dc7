import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const FIRST = "CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT UNIQUE);\nINSERT INTO log VALUES (1, 'one');";

/** A body with a trick in its midst; it is there whole or not at all. */
function around(trick: string): string {
	return `CREATE TABLE early (a);\nINSERT INTO log VALUES (2, 'two');\n${trick}\nCREATE TABLE late (a);\n`;
}

describe.each(backends)("a trick in a body in a transaction, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups(FIRST));
	});

	afterEach(() => db[Symbol.dispose]());

	const tables = () =>
		db
			.schema()
			.map((object) => String((object as { readonly name: string }).name))
			.filter((name) => !name.startsWith("sqlite_"));
	const ids = () => db.all("SELECT id FROM log ORDER BY id").map(({ id }) => id);
	const other = () => `${db.folder}/other.db`;
	const withPaths = (sql: string) => sql.replaceAll("{here}", db.path).replaceAll("{other}", other());

	async function wholeAt(version: bigint): Promise<void> {
		expect(await db.version()).toEqual({ version, dirty: false });
		expect(tables()).toEqual(expect.arrayContaining(["early", "late"]));
		expect(ids()).toContain(2n);
		expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
	}

	async function nothingChanged(): Promise<void> {
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(tables()).toEqual(["log"]);
		expect(ids()).toEqual([1n]);
		expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
	}

	/** Runs the trick, then a migration that knows nothing of it, in one process. */
	const run = (trick: string, url = "") =>
		db.up(ups(FIRST, withPaths(around(trick)), "CREATE TABLE next AS SELECT max(id) AS id FROM log;"), { url });

	it.each([
		"PRAGMA synchronous;",
		"PRAGMA user_version=7; PRAGMA application_id=8;",
		"PRAGMA schema_version=1234; CREATE TABLE more (a); PRAGMA schema_version=7;",
		"PRAGMA foreign_keys=ON; PRAGMA defer_foreign_keys=ON;",
		"PRAGMA ignore_check_constraints=ON; PRAGMA recursive_triggers=ON; PRAGMA trusted_schema=OFF;",
		"PRAGMA locking_mode=EXCLUSIVE;",
		"PRAGMA busy_timeout=60000; PRAGMA count_changes=ON; PRAGMA empty_result_callbacks=ON;",
		"PRAGMA auto_vacuum=FULL; PRAGMA page_size=8192; PRAGMA encoding='UTF-16le';",
		"PRAGMA optimize; PRAGMA shrink_memory; PRAGMA integrity_check; ANALYZE;",
		"PRAGMA journal_mode; PRAGMA main.journal_mode;",
		"PRAGMA nonsense=1; PRAGMA nonsense;",
		"EXPLAIN COMMIT; EXPLAIN QUERY PLAN SELECT 1; EXPLAIN ROLLBACK; EXPLAIN PRAGMA journal_mode=OFF;",
		"SAVEPOINT main; RELEASE main; SAVEPOINT a; SAVEPOINT a; ROLLBACK TO a; RELEASE a;",
		"SAVEPOINT a; DELETE FROM log; CREATE TABLE gone (a); ROLLBACK /* ; */ TO -- ;\n a;",
		"ATTACH ':memory:' AS m; CREATE TABLE m.t (a); ATTACH '' AS temporary; CREATE TABLE temporary.t (a);",
		"CREATE VIEW v AS SELECT * FROM schema_migrations; CREATE TRIGGER q AFTER DELETE ON log BEGIN SELECT 1; END;",
	])("does no harm: %j", async (trick) => {
		await run(trick);
		await wholeAt(3n);
		expect(db.all("SELECT id FROM next")).toEqual([{ id: 2n }]);
	});

	it.each([
		["PRAGMA journal_mode=OFF;", "ERR_TRANSACTION_CONTROL"],
		['PRAGMA main . "journal_mode" (memory);', "ERR_TRANSACTION_CONTROL"],
		["PRAGMA/* = */[main].[journal_mode]/* */=/* */'off';", "ERR_TRANSACTION_CONTROL"],
		["/* */ COMMIT", "ERR_TRANSACTION_CONTROL"],
		["-- SELECT\nCoMmIt/**/;", "ERR_TRANSACTION_CONTROL"],
		[";;\f\uFEFFCOMMIT;", "ERR_TRANSACTION_CONTROL"],
		["END/*;*/TRANSACTION;", "ERR_TRANSACTION_CONTROL"],
		["ROLLBACK /* TO a */;", "ERR_TRANSACTION_CONTROL"],
		["ROLLBACK -- TO\n;", "ERR_TRANSACTION_CONTROL"],
		["ROLLBACK TRANSACTION 'TO';", "ERR_TRANSACTION_CONTROL"],
		["RELEASE nothing;", "ERR_SQL"],
		["SAVEPOINT a; RELEASE a; ROLLBACK TO a;", "ERR_SQL"],
		["PRAGMA wal_checkpoint(TRUNCATE);", "ERR_SQL"],
		["PRAGMA max_page_count=1; CREATE TABLE more (a);", "ERR_SQL"],
		["PRAGMA query_only=ON;", "ERR_SQL"],
		["ATTACH '{other}' AS other; CREATE TABLE other.t (a); DETACH other;", "ERR_SQL"],
		["ATTACH '{other}' AS main;", "ERR_SQL"],
		["DETACH main;", "ERR_SQL"],
		["ATTACH '{here}' AS again; INSERT INTO again.log VALUES (3, 'three');", "ERR_SQL"],
		["ATTACH '{other}' AS one; ATTACH '{other}' AS two; CREATE TABLE one.t (a); CREATE TABLE two.u (a);", "ERR_SQL"],
		["ATTACH '{here}/../nowhere/x.db' AS other;", "ERR_SQL"],
		["ATTACH '{here}/nowhere' AS other;", "ERR_SQL"],
		[
			"INSERT INTO schema_migrations (version, dirty) VALUES (77, 1); UPDATE schema_migrations SET dirty = 1;",
			"ERR_OWN_TABLES",
		],
		["DELETE FROM schema_migrations; CREATE INDEX i ON schema_migrations (dirty);", "ERR_OWN_TABLES"],
		["DROP TABLE schema_migrations;", "ERR_OWN_TABLES"],
		["ALTER TABLE schema_migrations RENAME TO gone;", "ERR_OWN_TABLES"],
		["ALTER TABLE schema_migrations RENAME COLUMN dirty TO clean;", "ERR_OWN_TABLES"],
		[
			"DROP TABLE schema_migrations; CREATE VIEW schema_migrations AS SELECT 2 AS version, 0 AS dirty;",
			"ERR_OWN_TABLES",
		],
		["CREATE TRIGGER q AFTER INSERT ON schema_migrations BEGIN SELECT RAISE(ROLLBACK, 'never'); END;", "ERR_DATABASE"],
		["CREATE TRIGGER q AFTER INSERT ON schema_migrations BEGIN SELECT RAISE(FAIL, 'never'); END;", "ERR_DATABASE"],
		["DROP TABLE log; CREATE TRIGGER q AFTER DELETE ON early BEGIN DELETE FROM log; END; RELEASE q;", "ERR_SQL"],
	] as const)("fails, and is not there at all: %j", async (trick, code) => {
		const { failed } = await failedMigration(code, run(trick, "x-busy-timeout=0s"));
		expect(failed.details).toMatchObject({ version: 2n, dirty: false });
		await nothingChanged();
		await run("");
		await wholeAt(3n);
	});

	it("is rolled back in every database that it attached", async () => {
		const attach = `ATTACH '${other()}' AS other;`;
		const second = `${attach} CREATE TABLE other.t (a); INSERT INTO other.t VALUES (1);`;
		await db.up(ups(FIRST, second));
		const body = `${attach} INSERT INTO other.t VALUES (2); PRAGMA other.user_version=5; DROP TABLE missing;`;
		await failedMigration("ERR_SQL", db.up(ups(FIRST, second, body)));
		using connection = backend.connect(other());
		expect(connection.all("SELECT a, user_version FROM t, pragma_user_version")).toEqual([{ a: 1n, user_version: 0n }]);
	});

	it("that breaks a deferred foreign key fails at COMMIT, and is not there at all", async () => {
		const trick = "CREATE TABLE child (a REFERENCES log DEFERRABLE INITIALLY DEFERRED); INSERT INTO child VALUES (99);";
		const { cause } = await failedMigration("ERR_DATABASE", run(trick, "x-foreign-keys=true"));
		expect(cause.message).toContain("FOREIGN KEY constraint failed");
		await nothingChanged();
	});

	it("keeps nobody else out once it is over: PRAGMA locking_mode=EXCLUSIVE", async () => {
		await db.migrate(ups(FIRST, around("PRAGMA locking_mode=EXCLUSIVE;")), async (migrate) => {
			await migrate.up();
			db.exec("INSERT INTO log VALUES (3, 'three');");
			expect(await migrate.version()).toEqual({ version: 2n, dirty: false });
		});
		expect(ids()).toEqual([1n, 2n, 3n]);
	});

	it.each(["", "DROP TABLE missing;"])("edits the schema by hand whole or not at all; then %j", async (end) => {
		const sql = "CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT UNIQUE CHECK (text <> ''''))";
		const edit = `PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = '${sql}' WHERE name = 'log'; ${end}`;
		// Natively SQLite is defensive, see https://sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigdefensive
		if (backend.name === "sqlite-wasm" && end === "") {
			await run(edit);
			await wholeAt(3n);
			expect(db.all("SELECT sql LIKE '%CHECK%' AS edited FROM sqlite_schema WHERE name = 'log'")).toEqual([
				{ edited: 1n },
			]);
		} else {
			await failedMigration("ERR_SQL", run(edit));
			await nothingChanged();
		}
	});

	it.each([
		"DELETE FROM schema_migrations;",
		"DROP TABLE schema_migrations;",
		"UPDATE schema_migrations SET version = 77, dirty = 1;",
		"INSERT INTO schema_migrations (version, dirty) VALUES (77, 1);",
	])("may change the version where it says so, which is put right: %j", async (trick) => {
		await db.up(ups(FIRST, `-- godwit: allow own-tables\n${trick} CREATE TABLE second (a);`, "CREATE TABLE next (a);"));
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
		expect(tables()).toEqual(expect.arrayContaining(["second", "next"]));
	});

	it("cannot take the lock away though it says so", async () => {
		const steal = "-- godwit: allow own-tables\nUPDATE schema_migrations_lock SET owner = 'another owner';";
		const { cause } = await failedMigration("ERR_OWN_TABLES", db.up(ups(FIRST, steal)));
		expect(cause.cause).toEqual(new TypeError("it writes to the table"));
	});

	it.each([
		"UPDATE schema_migrations_lock SET locked = FALSE;",
		"UPDATE schema_migrations_lock SET owner = 'somebody';",
		"DELETE FROM schema_migrations_lock;",
		"DROP TABLE schema_migrations_lock;",
		"DROP TABLE schema_migrations_lock; CREATE TABLE schema_migrations_lock (id, locked, owner, expires_at, step);",
	])("cannot take the migration lock away: %j", async (trick) => {
		const { cause } = await failedMigration("ERR_OWN_TABLES", run(`SELECT 1; ${trick}`));
		expect(cause.details).toMatchObject({
			sql: expect.stringContaining("schema_migrations_lock"),
			line: 3,
			column: 11,
		});
		await nothingChanged();
		await run("");
		await wholeAt(3n);
	});
});
