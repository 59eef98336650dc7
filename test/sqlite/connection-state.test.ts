import { join } from "node:path";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

/** What a body can set, and a value that no connection starts with. */
const SETTINGS = {
	automatic_index: 0n,
	busy_timeout: 1234n,
	cache_size: 77n,
	cell_size_check: 1n,
	full_column_names: 1n,
	ignore_check_constraints: 1n,
	journal_size_limit: 5n,
	legacy_alter_table: 1n,
	locking_mode: "exclusive",
	read_uncommitted: 1n,
	recursive_triggers: 1n,
	reverse_unordered_selects: 1n,
	secure_delete: 1n,
	short_column_names: 0n,
	temp_store: 2n,
	trusted_schema: 0n,
};

describe.each(backends)("what a body does to its connection, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	it.each(Object.entries(SETTINGS))("does not reach the next body: %s", async (name, value) => {
		const see = (table: string) => `CREATE TABLE ${table} AS SELECT * FROM pragma_${name}`;
		const earlier = see("earlier");
		await db.up(ups(earlier));
		await db.up(ups(earlier, `PRAGMA ${name}=${value}`, see("seen")));
		const [before, after] = [db.all("SELECT * FROM earlier"), db.all("SELECT * FROM seen")];
		expect(after).toEqual(before);
		expect(Object.values(after[0] ?? {})).not.toEqual([value]);
	});

	it.each([
		"PRAGMA main.cache_size = 77;",
		'pragma /* a */ "main" -- b\n . [Cache_Size] (77);',
		"PRAGMA 'cache_size'(77);",
		"EXPLAIN PRAGMA cache_size = 77;",
		"PRAGMA cache_size = 76; PRAGMA cache_size = 77;",
		"PRAGMA cache_size = 77; PRAGMA user_version = 1; PRAGMA trusted_schema = 0; PRAGMA cache_size;",
		"PRAGMA trusted_schema = 0; PRAGMA cache_size = 77; ATTACH ':memory:' AS other;",
		"ATTACH ':memory:' AS other; PRAGMA cache_size = 77;",
	])("does not reach the next body, however it is written: %s", async (body) => {
		const see = "SELECT cache_size, trusted_schema FROM pragma_cache_size, pragma_trusted_schema";
		await db.up(ups(`CREATE TABLE before AS ${see}`, body, `CREATE TABLE after AS ${see}`));
		expect(db.all("SELECT * FROM after")).toEqual(db.all("SELECT * FROM before"));
	});

	it("does not reach the next body: a journal in memory", async () => {
		await using driver = await db.open();
		await driver.lock();
		await driver.run(textBody("-- godwit: no-transaction\nPRAGMA journal_mode = memory;"));
		await driver.run(textBody("CREATE TABLE seen AS SELECT * FROM pragma_journal_mode;"));
		await driver.close();
		expect(db.all("SELECT * FROM seen")).toEqual([{ journal_mode: "persist" }]);
	});

	it("does not reach the next body: query_only, which a body outside a transaction can set", async () => {
		await db.up(ups("-- godwit: no-transaction\nPRAGMA query_only=1;", "CREATE TABLE t (a);"));
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("does not reach it either when the body fails", async () => {
		await using driver = await db.open();
		await failure(
			"ERR_SQL",
			driver.run(textBody("PRAGMA cache_size=77; PRAGMA legacy_alter_table=ON; DROP TABLE no;")),
		);
		await driver.run(textBody("CREATE TABLE seen AS SELECT * FROM pragma_cache_size, pragma_legacy_alter_table;"));
		await driver.close();
		expect(db.all("SELECT legacy_alter_table FROM seen WHERE cache_size <> 77")).toEqual([{ legacy_alter_table: 0n }]);
	});

	it("works in the body itself: PRAGMA legacy_alter_table lets a rename leave references alone", async () => {
		const body = "CREATE TABLE a (x); CREATE VIEW v AS SELECT x FROM a; ALTER TABLE a RENAME TO b;";
		await db.up(ups(`PRAGMA legacy_alter_table=ON; ${body}`));
		expect(db.all("SELECT sql FROM sqlite_schema WHERE name = 'v'")).toEqual([
			{ sql: "CREATE VIEW v AS SELECT x FROM a" },
		]);
		await db.down({ ...ups(body), "1_step.down.sql": "DROP VIEW v; DROP TABLE b;" });
		await db.up(ups(body));
		expect(db.all("SELECT sql FROM sqlite_schema WHERE name = 'v'")).toEqual([
			{ sql: 'CREATE VIEW v AS SELECT x FROM "b"' },
		]);
	});

	it("detaches what it attached", async () => {
		const other = join(db.folder, "other db.db");
		const attach = `ATTACH '${other}' AS "other db"; CREATE TABLE "other db".t (a);`;
		const again = `ATTACH '${other}' AS "other db"; INSERT INTO "other db".t VALUES (1);`;
		await db.up(ups(attach, again, `-- godwit: no-transaction\n${again}`));
		using connection = backend.connect(other);
		expect(connection.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 1n }]);
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	it("detaches it after a failure too, and nothing of it is kept", async () => {
		const other = join(db.folder, "other.db");
		const body = `ATTACH '${other}' AS other; CREATE TABLE other.t (a); CREATE TABLE u (a);`;
		const { cause } = await failedMigration("ERR_SQL", db.up(ups(`${body} DROP TABLE missing;`)));
		expect(cause.message).toBe("no such table: missing");
		await db.up(ups(body));
		expect(db.schema()).toHaveLength(1);
	});

	it.each(Object.entries(SETTINGS).filter(([name]) => name !== "temp_store"))(
		"does not reach the next body in one transaction of several: %s",
		async (name, value) => {
			const see = (table: string) => `CREATE TABLE ${table} AS SELECT * FROM pragma_${name}`;
			await db.up(ups(see("earlier"), `PRAGMA ${name}=${value}`, see("seen"), "", see("later")), {
				transaction: "all",
			});
			const before = db.all("SELECT * FROM earlier");
			expect(Object.values(before[0] ?? {})).not.toEqual([value]);
			expect(db.all("SELECT * FROM seen")).toEqual(before);
			expect(db.all("SELECT * FROM later")).toEqual(before);
		},
	);

	it.each(["each", "all"] as const)(
		"does not reach the next body: a savepoint that it leaves open (transaction: %s)",
		async (transaction) => {
			const left = "CREATE TABLE a (x); SAVEPOINT s; INSERT INTO a VALUES (1); SAVEPOINT s; INSERT INTO a VALUES (2);";
			const { cause, failed } = await failedMigration(
				"ERR_SQL",
				db.up(ups(left, "CREATE TABLE b (x)", "ROLLBACK TO s"), { transaction }),
			);
			expect(cause.message).toBe("no such savepoint: s");
			expect(failed.details).toMatchObject({ location: "3_step.up.sql" });
			db.exec("DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS b; DROP TABLE IF EXISTS schema_migrations");
			await db.up(ups(left, "SAVEPOINT s; INSERT INTO a VALUES (3); ROLLBACK TO s; INSERT INTO a VALUES (4)"), {
				transaction,
			});
			expect(db.all("SELECT x FROM a")).toEqual([{ x: 1n }, { x: 2n }, { x: 4n }]);
		},
	);

	describe("and the temporary objects that it makes", () => {
		const SEE = "CREATE TABLE seen AS SELECT name FROM sqlite_temp_schema;";
		const seen = () => db.all("SELECT name FROM seen");

		it.each([
			"CREATE TEMP TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE);",
			"CREATE TEMP TABLE t (a); CREATE INDEX i ON t (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
			"CREATE /* a */ temporary -- b\n VIEW t AS SELECT a FROM kept;",
			"CREATE TABLE temp.t (a);",
			'create table if not exists "TEMP" . t (a);',
			"CREATE VIRTUAL TABLE temp.t USING fts5(a);",
			"CREATE VIEW temp.t AS SELECT 1;",
			"CREATE TEMP TRIGGER t AFTER INSERT ON kept BEGIN SELECT RAISE(ABORT, 'it fires'); END;",
			"CREATE TRIGGER temp.t AFTER INSERT ON kept BEGIN SELECT RAISE(ABORT, 'it fires'); END;",
			'CREATE TEMP TABLE "odd ""name""" (a);',
			"PRAGMA legacy_alter_table=ON; CREATE TEMP TABLE t (a);",
		])("do not reach the next body: %s", async (body) => {
			const outside = `-- godwit: no-transaction\n${body}`;
			await db.up(ups("CREATE TABLE kept (a);", body, `INSERT INTO kept VALUES (1); ${SEE}`));
			// SQLite's own table for AUTOINCREMENT cannot be dropped.
			expect(seen().filter(({ name }) => name !== "sqlite_sequence")).toEqual([]);
			db.exec("DELETE FROM kept; DROP TABLE seen; DROP TABLE schema_migrations;");
			await db.up(ups("", outside, `INSERT INTO kept VALUES (1); ${SEE}`));
			expect(seen().filter(({ name }) => name !== "sqlite_sequence")).toEqual([]);
			db.exec("DELETE FROM kept; DROP TABLE seen; DROP TABLE schema_migrations;");
			await db.up(ups("", body, `INSERT INTO kept VALUES (1); ${SEE}`), { transaction: "all" });
			expect(seen().filter(({ name }) => name !== "sqlite_sequence")).toEqual([]);
		});

		it.each(["each", "all"] as const)(
			"do not take the place of the next body's tables (transaction: %s)",
			async (transaction) => {
				db.exec("CREATE TABLE birds (a)");
				await db.up(ups("CREATE TEMP TABLE birds AS SELECT 1 AS a", "INSERT INTO birds VALUES (42)"), { transaction });
				expect(db.all("SELECT a FROM birds")).toEqual([{ a: 42n }]);
			},
		);

		it("are dropped in one transaction of several after a file that has cured what x-foreign-key-check had noted", async () => {
			db.exec("CREATE TABLE birds (id INTEGER PRIMARY KEY); CREATE TABLE rings (bird REFERENCES birds)");
			db.exec("PRAGMA foreign_keys = OFF; INSERT INTO rings VALUES (7)");
			const files = ups("INSERT INTO birds VALUES (7); CREATE TEMP TABLE a (x)", "CREATE TEMP TABLE b (x)", SEE);
			await db.up(files, { transaction: "all", url: "x-foreign-key-check=true" });
			expect(seen()).toEqual([]);
		});

		it("are dropped in one transaction of several with x-foreign-keys=true, and otherwise named", async () => {
			const options = { transaction: "all", url: "x-foreign-keys=true" } as const;
			const parent = "CREATE TEMP TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);";
			const child = "CREATE TEMP TABLE b (a REFERENCES a); INSERT INTO b VALUES (1);";
			await db.up(ups(`${parent} ${child}`, SEE), options);
			expect(seen()).toEqual([]);
			const circle = `CREATE TEMP TABLE b (id INTEGER PRIMARY KEY, c REFERENCES c);
				CREATE TEMP TABLE c (id INTEGER PRIMARY KEY, b REFERENCES b);
				INSERT INTO b VALUES (1, NULL); INSERT INTO c VALUES (2, 1); UPDATE b SET c = 2;`;
			const files = ups(`${parent} ${child}`, SEE, circle, "");
			const { cause, failed } = await failedMigration("ERR_DATABASE", db.up(files, options));
			expect(cause.message).toBe(
				"the temporary table c that the file has made cannot be dropped before the next file: FOREIGN KEY constraint failed; drop it at the end of the file",
			);
			expect(failed.details).toMatchObject({ location: "3_step.up.sql" });
			expect(await db.version()).toEqual({ version: 2n, dirty: false });
		});

		it("do not reach it after PRAGMA query_only either", async () => {
			await db.up(ups("-- godwit: no-transaction\nCREATE TEMP TABLE t (a); PRAGMA query_only=1;", SEE));
			expect(seen()).toEqual([]);
		});

		it("do not reach it with x-foreign-keys=true either, when rows refer to each other", async () => {
			const body = `CREATE TEMP TABLE a (id INTEGER PRIMARY KEY); CREATE TEMP TABLE b (a REFERENCES a);
				INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);`;
			const check = "CREATE TABLE p (id INTEGER PRIMARY KEY, q REFERENCES p); INSERT INTO p VALUES (1, 2);";
			const url = "x-foreign-keys=true";
			const { cause } = await failedMigration("ERR_SQL", db.up(ups(body, body, check), { url }));
			expect(cause.message).toBe("FOREIGN KEY constraint failed");
			expect(await db.version()).toEqual({ version: 2n, dirty: false });
		});

		it("leave those of the caller alone, a renamed one too, and are gone after the call", async () => {
			using connection = backend.connect(db.path);
			connection.exec("CREATE TEMP TABLE theirs (a); CREATE TEMP VIEW view_of_theirs AS SELECT a FROM theirs;");
			await using driver = connection.withInstance();
			await driver.run(textBody("CREATE TEMP TABLE ours (a); ALTER TABLE theirs RENAME TO renamed;"));
			expect(connection.all("SELECT name FROM sqlite_temp_schema")).toEqual([
				{ name: "renamed" },
				{ name: "view_of_theirs" },
			]);
			connection.exec("CREATE TEMP TABLE later (a)");
			await driver.run(textBody("CREATE TABLE t (a);"));
			expect(connection.all("SELECT name FROM sqlite_temp_schema")).toContainEqual({ name: "later" });
		});

		it("are not looked for when none is made, so that PRAGMA temp_store works", async () => {
			const body = `CREATE TABLE temp (a); CREATE TABLE "temp.t" (a); CREATE VIEW v AS SELECT temp.a FROM temp;`;
			await db.up(ups(`${body} PRAGMA temp_store=2; CREATE TABLE store AS SELECT temp_store FROM pragma_temp_store;`));
			expect(db.all("SELECT temp_store FROM store")).toEqual([{ temp_store: 2n }]);
		});
	});

	describe("and a database that the caller had attached", () => {
		const attached = () => `ATTACH '${join(db.folder, "other.db")}' AS Other;`;

		it.each([
			"DETACH other",
			"DETACH DATABASE other;",
			"detach /* a */ 'OTHER' ; -- b",
			'DETACH "other";',
			"DETACH [other];",
			"DETACH 'ot' || 'her';",
			"-- godwit: no-transaction\nDETACH other;",
		])("stays attached, since %s is refused with its line", async (detach) => {
			using connection = backend.connect(db.path);
			connection.exec(`${attached()} CREATE TABLE Other.t (a);`);
			await using driver = connection.withInstance();
			const error = await failure("ERR_SQL", driver.run(textBody(`${detach.replace(/DETACH/i, "\n  $&")}`)));
			expect(error.message).toMatch(/^detach .* would detach the database Other, which .*; take it out$/i);
			expect(error.details).toMatchObject({ line: detach.includes("no-transaction") ? 3 : 2, column: 3 });
			expect(connection.all("SELECT * FROM other.t")).toEqual([]);
		});

		it("does not keep a body from detaching its own", async () => {
			using connection = backend.connect(db.path);
			connection.exec(attached());
			await using driver = connection.withInstance();
			await driver.run(
				textBody(
					`ATTACH ':memory:' AS database1; DETACH database1; ATTACH ':memory:' AS n; DETACH DATABASE n; ATTACH ':memory:' AS m; DETACH "m";`,
				),
			);
			expect(connection.all("PRAGMA database_list").map(({ name }) => name)).toEqual(["main", "Other"]);
		});

		it("is SQLite's own matter when it is the database itself, or nothing was attached", async () => {
			const { cause } = await failedMigration("ERR_SQL", db.up(ups("DETACH main;")));
			expect(cause.message).toBe("cannot detach database main");
			const { cause: unknown } = await failedMigration("ERR_SQL", db.up(ups("DETACH 'o' || 'ther';")));
			expect(unknown.message).toBe("no such database: other");
		});
	});
});
