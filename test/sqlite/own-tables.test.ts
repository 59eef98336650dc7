import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

const at = (version: bigint, from?: bigint) => ({
	version,
	dirty: false,
	...(from !== undefined && { from: { version: from, dirty: false } }),
});

describe.each(backends)("what a body does to godwit's tables, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	it("is forgotten when the body has failed: the next change is guarded", async () => {
		await using driver = await db.open();
		await driver.lock();
		await driver.setVersion(at(3n));
		const names = "SELECT * FROM schema_migrations; SELECT nosuch;";
		await failure("ERR_SQL", driver.apply?.(textBody(names), at(4n, 3n)) ?? Promise.resolve());
		await failure("ERR_VERSION_MOVED", driver.setVersion(at(5n, 1n)));
		expect(await driver.version()).toMatchObject({ version: 3n, dirty: false });
	});

	it("guards a file outside a transaction that only reads them", async () => {
		await using driver = await db.open();
		await driver.lock();
		await driver.setVersion(at(3n));
		await driver.run(textBody("-- godwit: no-transaction\nSELECT * FROM schema_migrations;"));
		await failure("ERR_VERSION_MOVED", driver.setVersion(at(5n, 1n)));
	});

	it("is a second row: refused with its line", async () => {
		const insert = "SELECT 1;\nINSERT INTO schema_migrations (version, dirty) VALUES (77, 0);";
		const { cause } = await failedMigration("ERR_OWN_TABLES", db.up(ups("", insert)));
		expect(cause.details).toMatchObject({ line: 2, column: 1 });
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it.each([
		"DROP TABLE schema_migrations;",
		"ALTER TABLE schema_migrations RENAME TO versions;",
		"ALTER TABLE schema_migrations RENAME COLUMN dirty TO clean;",
		"ALTER TABLE schema_migrations RENAME TO v; CREATE VIEW schema_migrations AS SELECT * FROM v;",
		"ALTER TABLE schema_migrations_lock DROP COLUMN step;",
		"ALTER TABLE schema_migrations_lock RENAME COLUMN expires_at TO until;",
		"DROP TABLE schema_migrations_history;",
		"ALTER TABLE schema_migrations_history RENAME COLUMN note TO remark;",
		"ALTER TABLE schema_migrations DROP COLUMN created_at;",
	])("takes one away in the first file: refused with its line: %s", async (sql) => {
		for (const transaction of ["each", "all"] as const) {
			const files = ups(`SELECT 1;\n${sql}`, "CREATE TABLE a (x)");
			const { cause, failed } = await failedMigration("ERR_OWN_TABLES", db.up(files, { transaction }));
			expect(cause.details).toMatchObject({ line: 2, column: 1 });
			expect(failed.details.location).toBe("1_step.up.sql");
			expect(await db.version()).toEqual({ version: -1n, dirty: false });
		}
	});

	it.each([
		["x-history=off", ""],
		["x-history=full", "created_at TIMESTAMP,"],
	])("may be made anew with the columns that it needs: %s", async (url, column) => {
		const copy = `CREATE TABLE v (version INTEGER, dirty BOOLEAN, ${column} note TEXT); INSERT INTO v (version, dirty)`;
		const rebuild = `${copy} SELECT version, dirty FROM schema_migrations; DROP TABLE schema_migrations; ALTER TABLE v RENAME TO schema_migrations;`;
		await db.up(ups(rebuild, "CREATE TABLE a (x)"), { url });
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("left by somebody else as a second row is not deleted in silence", async () => {
		await db.up(ups("CREATE TABLE a (b)"));
		db.exec("INSERT INTO schema_migrations (version, dirty) VALUES (7, 0);");
		await using driver = await db.open();
		await driver.lock();
		await failure("ERR_DATABASE", driver.setVersion(at(2n, 1n)));
		await driver.setVersion(at(2n));
		expect(await driver.version()).toMatchObject({ version: 2n, dirty: false });
	});

	it("is told of the file that did it, in a transaction of all", async () => {
		await db.up(ups(""));
		const files = ups("", "SELECT count(*) FROM schema_migrations;", "SELECT 1; DELETE FROM schema_migrations;");
		const running = db.migrate(files, (migrate) => migrate.up(), { transaction: "all" });
		const { failed, cause } = await failedMigration("ERR_OWN_TABLES", running);
		expect(failed.details).toMatchObject({ version: 3n });
		expect(cause.details).toMatchObject({ line: 1, column: 11 });
	});

	it("is allowed in the file that says so alone, in a transaction of all", async () => {
		await db.up(ups(""));
		const touch = "UPDATE schema_migrations SET dirty = 1;";
		const files = ups("", `-- godwit: allow own-tables\n${touch}`, "UPDATE schema_migrations SET version = 9;");
		const running = db.migrate(files, (migrate) => migrate.up(), { transaction: "all" });
		const { failed } = await failedMigration("ERR_OWN_TABLES", running);
		expect(failed.details).toMatchObject({ version: 3n });
		const both = db.migrate(ups("", `-- godwit: allow own-tables\n${touch}`, "SELECT 1"), (migrate) => migrate.up(), {
			transaction: "all",
		});
		expect(await both).toMatchObject({ to: 3n });
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	it.each([
		"DELETE FROM schema_migrations_lock;",
		"UPDATE schema_migrations_lock SET owner = 'x';",
		"UPDATE schema_migrations_lock SET step = 'x';",
		"INSERT OR REPLACE INTO schema_migrations_lock (id) VALUES (1);",
		"DROP TABLE schema_migrations_lock;",
		"ALTER TABLE schema_migrations_lock RENAME TO other;",
		"DELETE FROM schema_migrations_history;",
		"DROP TABLE schema_migrations_history;",
	])("to the lock and the history is refused with its line, whatever the file allows: %s", async (sql) => {
		const body = `-- godwit: allow own-tables\nSELECT 1;\n${sql}`;
		for (const transaction of ["each", "all"] as const) {
			const { cause } = await failedMigration("ERR_OWN_TABLES", db.up(ups("", body), { transaction }));
			expect(cause.details).toMatchObject({ line: 3, column: 1 });
		}
	});

	it.each([
		"UPDATE schema_migrations SET version = 9;",
		"UPDATE schema_migrations SET version = 1;",
		"DELETE FROM schema_migrations;",
		"WITH v AS (SELECT 9) UPDATE main.[SCHEMA_MIGRATIONS] SET version = (SELECT * FROM v);",
		"CREATE VIEW v AS SELECT * FROM schema_migrations;\nCREATE TRIGGER t INSTEAD OF UPDATE ON v BEGIN UPDATE schema_migrations SET version = NEW.version; END;\nUPDATE v SET version = 7;",
		"CREATE TRIGGER t AFTER INSERT ON z BEGIN UPDATE schema_migrations SET version = 9; END;\nINSERT INTO z VALUES (1);",
	])("by writing the version is refused alike in each file and in all, with its line: %s", async (sql) => {
		const line = sql.split("\n").length;
		for (const transaction of ["each", "all"] as const) {
			using fresh = createTestDatabase(backend);
			for (const files of [ups("CREATE TABLE z (x)", sql, ""), ups(`CREATE TABLE z (x);\n${sql}`, "")]) {
				const { cause, failed } = await failedMigration("ERR_OWN_TABLES", fresh.up(files, { transaction }));
				const first = failed.details.version === 1n;
				expect(cause.details).toMatchObject({ line: first ? line + 1 : line, column: 1 });
				expect(fresh.all("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).toEqual([]);
				fresh.exec(
					"DROP TABLE IF EXISTS z; DROP TABLE IF EXISTS schema_migrations; DROP TABLE IF EXISTS schema_migrations_history;",
				);
			}
		}
	});

	it("by a trigger of an earlier file is refused alike in each file and in all", async () => {
		const trigger = "CREATE TRIGGER t AFTER INSERT ON z BEGIN UPDATE schema_migrations SET version = 9; END;";
		for (const transaction of ["each", "all"] as const) {
			using fresh = createTestDatabase(backend);
			const files = ups(`CREATE TABLE z (x); ${trigger}`, "SELECT 1;\nINSERT INTO z VALUES (1);", "");
			const { cause, failed } = await failedMigration("ERR_OWN_TABLES", fresh.up(files, { transaction }));
			expect(failed.details.version).toBe(2n);
			expect(cause.details).toMatchObject({ line: 2, column: 1 });
		}
	});

	it("is told of the statement that does it, and not of one before it that reads", async () => {
		const bodies = ["DROP TABLE schema_migrations;", "ALTER TABLE schema_migrations RENAME TO other;"];
		for (const sql of bodies) {
			const running = db.up(ups(`CREATE VIEW v AS SELECT * FROM schema_migrations;\nSELECT * FROM v;\n${sql}`));
			const { cause } = await failedMigration("ERR_OWN_TABLES", running);
			expect(cause.details).toMatchObject({ line: 3, column: 1 });
		}
	});

	it("that drops the table of the lock outside a transaction is a lost lock, which can be taken anew", async () => {
		await using driver = await db.open();
		await driver.lock();
		await driver.run(textBody("-- godwit: no-transaction\nDROP TABLE schema_migrations_lock;"));
		await failure("ERR_LOCK_LOST", driver.setVersion(at(1n)));
		const { message } = await failure("ERR_LOCK_LOST", driver.unlock());
		expect(message).toContain("or something changed the table schema_migrations_lock; it is now free");
		await driver.lock({ timeoutMs: 0 });
		await driver.unlock();
	});

	it.each(["AFTER UPDATE ON schema_migrations_lock", "BEFORE UPDATE ON SCHEMA_MIGRATIONS_LOCK"])(
		"cannot leave a trigger %s, behind what godwit looks at last",
		async (where) => {
			const trigger = `CREATE TRIGGER t ${where} BEGIN UPDATE schema_migrations SET version = 1 WHERE version = 2; END;`;
			for (const transaction of ["each", "all"] as const) {
				const running = db.migrate(ups("", `SELECT 1;\n${trigger}`), (migrate) => migrate.up(), { transaction });
				const { cause } = await failedMigration("ERR_OWN_TABLES", running);
				expect(cause.details).toMatchObject({ line: 2, column: 1 });
			}
			expect(await db.version()).toEqual({ version: 1n, dirty: false });
			db.exec(trigger);
			const { message } = await failure("ERR_DATABASE", db.up(ups("", "")));
			expect(message).toContain("the trigger t is on the table schema_migrations_lock");
			expect(message).toContain('DROP TRIGGER "t"');
			db.exec("DROP TRIGGER t");
			await db.up(ups("", ""));
			expect(await db.version()).toEqual({ version: 2n, dirty: false });
		},
	);

	it.each(["DROP TABLE schema_migrations;", "DELETE FROM schema_migrations;", "DROP TABLE schema_migrations;\nfail;"])(
		"cannot lose the mark that a file outside a transaction is under way, by %j",
		async (sql) => {
			const files = ups("", `-- godwit: no-transaction\nCREATE TABLE q (a);\n${sql}`);
			const { failed } = await failedMigration(sql.includes("fail") ? "ERR_SQL" : "ERR_OWN_TABLES", db.up(files));
			expect(failed.details).toMatchObject({ version: 2n, dirty: true });
			expect(failed.message).toContain(sql.includes("fail") ? ":4:1: " : ":3:");
			expect(await db.version()).toEqual({ version: 2n, dirty: true });
			await failure("ERR_DIRTY", db.up(files));
		},
	);

	it("keeps the stamp of the history with the mark that is written again", async () => {
		await using driver = await db.open();
		await driver.lock();
		const at = "2026-11-27T04:12:41.123Z";
		const start = { op: "start", version: 1n, direction: "up", target: 1n, at, by: "a test" } as const;
		await driver.setVersion({ version: 1n, dirty: true, events: () => [start] });
		const body = textBody("-- godwit: no-transaction\nDELETE FROM schema_migrations;");
		await failure("ERR_OWN_TABLES", driver.run(body));
		const { version, dirty, head } = await driver.version();
		expect({ version, dirty }).toEqual({ version: 1n, dirty: true });
		expect(head?.stamp).toBe("2026-11-27 04:12:41.123");
		expect(head?.last?.stamp).toBe(head?.stamp);
	});

	it("cannot put a view in their place: that is told, and not passed over", async () => {
		db.exec("CREATE VIEW schema_migrations AS SELECT 3 AS version, 0 AS dirty;");
		const failed = await db.up(ups("CREATE TABLE a (b)")).catch((error: unknown) => error);
		expect(failed).toMatchObject({ message: expect.stringContaining("schema_migrations") });
		expect(db.all("SELECT name FROM sqlite_schema WHERE name = 'a'")).toEqual([]);
	});
});
