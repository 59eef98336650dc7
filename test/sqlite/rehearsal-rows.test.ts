import type { ComparedTable, RehearsalReport } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, type TestRunOptions, ups } from "./test-database.ts";

interface Rehearsal {
	/** SQL that makes the database. */
	readonly before: string;
	/** A migration on it. */
	readonly up: string;
	readonly down?: string;
	readonly options?: TestRunOptions;
}

/** A table before and after, without what is the same in all of these cases. */
type Counts = Pick<ComparedTable, "before" | "after" | "lost" | "changed" | "added">;

const counts = (before: number, after: number, lost: number, changed: number, added: number): Counts => {
	return { before, after, lost, changed, added };
};

describe.each(backends)("the rows of a rehearsal on $name", (backend) => {
	async function rehearsed({ before, up, down, options }: Rehearsal): Promise<RehearsalReport> {
		using db = createTestDatabase(backend);
		db.exec(before);
		const files = { ...ups(up), ...(down !== undefined && { "1_step.down.sql": down }) };
		return await db.migrate(files, (migrate) => migrate.rehearse(), options);
	}

	async function only(rehearsal: Rehearsal): Promise<ComparedTable | undefined> {
		const { rows } = await rehearsed(rehearsal);
		return rows?.tables[0];
	}

	const ITEMS = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z');";
	const PAIRS =
		"CREATE TABLE t (a TEXT, b INTEGER, c, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1, 1), ('x', 2, 2);";
	const BAG = "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (1, 2), (3, NULL);";

	it.each<readonly [string, string, string, Counts]>([
		[
			"lost, changed and added by the rowid",
			ITEMS,
			"DELETE FROM t WHERE id = 1; UPDATE t SET a = 'Y' WHERE id = 2; INSERT INTO t VALUES (9, 'q');",
			counts(3, 3, 1, 1, 1),
		],
		[
			"by several columns without rowid",
			PAIRS,
			"DELETE FROM t WHERE b = 1; UPDATE t SET c = NULL;",
			counts(2, 1, 1, 1, 0),
		],
		[
			"of which the key is all that there is",
			"CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);",
			"DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (3);",
			counts(2, 2, 1, 0, 1),
		],
		[
			"by a unique index without NULL",
			"CREATE TABLE t (k TEXT NOT NULL UNIQUE, v); INSERT INTO t VALUES ('a', 1), ('b', 2);",
			"UPDATE t SET v = 3 WHERE k = 'a';",
			counts(2, 2, 0, 1, 0),
		],
		[
			"of a table that was renamed",
			ITEMS,
			"ALTER TABLE t RENAME TO u; UPDATE u SET a = 'q' WHERE id = 3;",
			counts(3, 3, 0, 1, 0),
		],
		[
			"of a column that was renamed",
			ITEMS,
			"ALTER TABLE t RENAME COLUMN a TO b; UPDATE t SET b = 'q' WHERE id = 3;",
			counts(3, 3, 0, 1, 0),
		],
		[
			"of a table that was made anew",
			ITEMS,
			"ALTER TABLE t RENAME TO old; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t SELECT * FROM old WHERE id > 1; DROP TABLE old;",
			counts(3, 2, 1, 0, 0),
		],
		[
			"of which a value has another storage class, in a column without affinity",
			"CREATE TABLE t (id INTEGER PRIMARY KEY, a, b BLOB, c NUMERIC, d REAL); INSERT INTO t VALUES (1, 1, 1, 1, 1), (2, 2, 2, 2, 2), (3, 3, '3', 3, 3);",
			"UPDATE t SET a = 1.0 WHERE id = 1; UPDATE t SET c = 2.0, d = 2 WHERE id = 2; UPDATE t SET b = 3 WHERE id = 3;",
			counts(3, 3, 0, 2, 0),
		],
		[
			"of which a key has another storage class",
			"CREATE TABLE t (k PRIMARY KEY NOT NULL, a) WITHOUT ROWID; INSERT INTO t VALUES (1, 1), (2, 2);",
			"UPDATE t SET k = 1.0 WHERE k = 1;",
			counts(2, 2, 0, 1, 0),
		],
		[
			"of which a value has another storage class, where any is declared",
			"CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY) STRICT; INSERT INTO t VALUES (1, 1.0), (2, 2);",
			"UPDATE t SET a = 1 WHERE id = 1;",
			counts(2, 2, 0, 1, 0),
		],
		[
			"of which a value has another storage class, without a key",
			"CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (1, 2), (3.0, NULL);",
			"UPDATE t SET a = 1.0 WHERE rowid = 1; UPDATE t SET a = 3 WHERE rowid = 3;",
			counts(3, 3, 0, 2, 0),
		],
		[
			"of which the integers become real numbers in a table that is made anew",
			"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b NUMERIC); INSERT INTO t VALUES (1, 1, 1), (2, NULL, 1.5), (3, 2.5, 2);",
			"CREATE TABLE u (id INTEGER PRIMARY KEY, a REAL, b INT); INSERT INTO u SELECT * FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t;",
			counts(3, 3, 0, 1, 0),
		],
		[
			"of which the real numbers become integers, without a key",
			"CREATE TABLE t (a DOUBLE, b TEXT); INSERT INTO t VALUES (1, 1), (1, 1), (2.5, 2);",
			"CREATE TABLE u (a BIGINT, b VARCHAR(9)); INSERT INTO u SELECT * FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t;",
			counts(3, 3, 0, 2, 0),
		],
		[
			"of which the keys become real numbers",
			"CREATE TABLE t (k INT PRIMARY KEY, a) WITHOUT ROWID; INSERT INTO t VALUES (1, 1), (2, 2);",
			"CREATE TABLE u (k REAL PRIMARY KEY, a) WITHOUT ROWID; INSERT INTO u SELECT * FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t;",
			counts(2, 2, 0, 2, 0),
		],
		["of a table that is gone", ITEMS, "DROP TABLE t;", counts(3, 0, 3, 0, 0)],
		["of a new table", "SELECT 1;", `${ITEMS}`, counts(0, 3, 0, 0, 3)],
		[
			"without a key, by what is in them",
			BAG,
			"DELETE FROM t WHERE rowid = 1; INSERT INTO t VALUES (5, 6), (7, 8);",
			counts(3, 4, 0, 1, 1),
		],
		[
			"without a key, in another order",
			BAG,
			"CREATE TABLE u AS SELECT * FROM t ORDER BY a DESC; DROP TABLE t; ALTER TABLE u RENAME TO t;",
			counts(3, 3, 0, 0, 0),
		],
		["without a key, one of two that are equal", BAG, "DELETE FROM t WHERE rowid = 2;", counts(3, 2, 1, 0, 0)],
		[
			"whose text became a number",
			"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, '007');",
			"CREATE TABLE u (id INTEGER PRIMARY KEY, a STRING); INSERT INTO u SELECT * FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t;",
			counts(1, 1, 0, 1, 0),
		],
		[
			"in another case, under NOCASE",
			"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE); INSERT INTO t VALUES (1, 'x');",
			"UPDATE t SET a = 'X';",
			counts(1, 1, 0, 1, 0),
		],
		[
			"whose key can be NULL",
			"CREATE TABLE t (k TEXT PRIMARY KEY, v); INSERT INTO t VALUES (NULL, 1), (NULL, 2), ('a', 3);",
			"DELETE FROM t WHERE v = 2;",
			counts(3, 2, 1, 0, 0),
		],
		[
			"with columns named like the rowid",
			"CREATE TABLE t (rowid, _rowid_, oid); INSERT INTO t VALUES (1, 2, 3), (1, 2, 4);",
			"DELETE FROM t WHERE oid = 4;",
			counts(2, 1, 1, 0, 0),
		],
		[
			"with a generated column",
			"CREATE TABLE t (id INTEGER PRIMARY KEY, a, g AS (a * 2)); INSERT INTO t (id, a) VALUES (1, 1);",
			"UPDATE t SET a = 2;",
			counts(1, 1, 0, 1, 0),
		],
		[
			"with names in quotes",
			`CREATE TABLE "t ""'x" ("id '""" INTEGER PRIMARY KEY, "a b" TEXT); INSERT INTO "t ""'x" VALUES (1, 'q');`,
			`DELETE FROM "t ""'x";`,
			counts(1, 0, 1, 0, 0),
		],
	])("counts rows %s", async (_, before, up, expected) => {
		expect(await only({ before, up })).toMatchObject(expected);
	});

	it("finds what a statement did of which it is not known what it does", async () => {
		const before = `${ITEMS} CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (1), (2);`;
		const up = "-- godwit: no-transaction\nDELETE FROM other WHERE id = 1; VACUUM; DELETE FROM t WHERE id = 3;";
		const { rows } = await rehearsed({ before, up });
		expect(rows?.tables.map(({ name, lost }) => [name, lost])).toEqual([
			["other", 1],
			["t", 1],
		]);
	});

	it("follows a table and a column back to their names", async () => {
		const up = "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN a TO b;";
		const down = "ALTER TABLE u RENAME COLUMN b TO a; ALTER TABLE u RENAME TO t;";
		const report = await rehearsed({ before: ITEMS, up, down });
		expect(report.schema.changes).toMatchObject([{ change: "changed", name: "u", nameBefore: "t" }]);
		expect(report).toMatchObject({ clean: true, findings: [], down: { schemaIsBack: true, rowsAreBack: true } });
	});

	it("compares more columns than an expression of SQLite's may be deep", async () => {
		const names = Array.from({ length: 1_500 }, (_, at) => `c${at}`);
		const before = `CREATE TABLE t (id INTEGER PRIMARY KEY, ${names.join(", ")}); INSERT INTO t (id) VALUES (1), (2);`;
		expect(await only({ before, up: "UPDATE t SET c1499 = 1 WHERE id = 2;" })).toMatchObject(counts(2, 2, 0, 1, 0));
	});

	it("shows a few of the rows, and cuts long values", async () => {
		const before =
			"CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES ('it''s'), (printf('%.*c', 999, 'x'));";
		const table = await only({ before, up: "DELETE FROM t;" });
		expect(table?.samples.lost).toEqual(["k = 'it''s'", `k = '${"x".repeat(59)}…`]);
	});

	it("finds foreign keys that are violated now, and not those that were before", async () => {
		const before = `PRAGMA foreign_keys = 0; CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1), (2);
			CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p); INSERT INTO c VALUES (1, 1), (2, 2), (3, 9);`;
		const same = await rehearsed({ before, up: "UPDATE c SET id = 4 WHERE id = 3;" });
		expect(same.rows?.violations).toEqual([]);
		const { rows, findings } = await rehearsed({
			before,
			up: "-- godwit: allow lost-rows\nDELETE FROM p WHERE id = 2;",
		});
		expect(rows?.violations).toEqual([{ table: "c", parent: "p", before: 1, after: 2 }]);
		expect(findings[0]).toMatchObject({ rule: "foreign-key-violations", level: "error", table: "c" });
	});

	it.each(["", " WITHOUT ROWID"])(
		"finds a new violation of a foreign key beside one that is healed%s",
		async (kind) => {
			const before = `PRAGMA foreign_keys = 0; CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1), (2);
			CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p)${kind}; INSERT INTO c VALUES (1, 1), (2, 2), (3, 9);`;
			const up = "UPDATE c SET p = 1 WHERE id = 3; UPDATE c SET p = 8 WHERE id = 1;";
			const { rows, findings } = await rehearsed({ before, up });
			expect(rows?.violations).toEqual([{ table: "c", parent: "p", before: 1, after: 1 }]);
			expect(findings.find(({ rule }) => rule === "foreign-key-violations")).toMatchObject({
				message: "rows of c that point to a row of p that does not exist: 1, and 1 before, which led to other rows",
			});
		},
	);

	it("finds no new violation in a table that was made anew under the name of another", async () => {
		const before = `PRAGMA foreign_keys = 0; CREATE TABLE p (id INTEGER PRIMARY KEY);
			CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p); INSERT INTO c VALUES (1, 7), (2, 9);`;
		const up =
			"CREATE TABLE d (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p); INSERT INTO d (p) SELECT p FROM c ORDER BY id DESC; DROP TABLE c; ALTER TABLE d RENAME TO c;";
		expect((await rehearsed({ before, up })).rows?.violations).toEqual([]);
	});

	it("tells what the integrity check finds", async () => {
		const before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 1);";
		const up =
			"PRAGMA ignore_check_constraints = 1; CREATE TABLE u (a INTEGER CHECK (a > 0)); INSERT INTO u VALUES (-1);";
		const { rows, findings } = await rehearsed({ before, up });
		expect(rows?.damage).toEqual([expect.stringContaining("CHECK constraint failed in u")]);
		expect(findings[0]).toMatchObject({ rule: "integrity", level: "error" });
	});

	it("tells of damage in a table that is written, and not of that which another one had before", async () => {
		const before = `CREATE TABLE t (a INTEGER CHECK (a > 0)); CREATE TABLE u (a INTEGER CHECK (a > 0)); INSERT INTO u VALUES (2);
			PRAGMA ignore_check_constraints = 1; INSERT INTO t VALUES (-1);`;
		const { rows } = await rehearsed({ before, up: "PRAGMA ignore_check_constraints = 1; UPDATE u SET a = -2;" });
		expect(rows?.damage).toEqual([expect.stringContaining("CHECK constraint failed in u")]);
		const untold = await rehearsed({ before, up: "UPDATE u SET a = 3;" });
		expect(untold.rows?.damage).toEqual([]);
		expect(untold.clean).toBe(true);
	});

	it.each([
		["a temporary table of an earlier file has its name", "CREATE TEMP TABLE t (id, a);"],
		[
			"a temporary table of its name is gone",
			"-- godwit: no-transaction\nCREATE TEMP TABLE t (id, a); PRAGMA temp_store = MEMORY;",
		],
	])("finds what is written to a table although %s", async (_, first) => {
		using db = createTestDatabase(backend);
		db.exec(ITEMS);
		const second = "DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (9, 'q');";
		const { rows } = await db.migrate(ups(first, second), (migrate) => migrate.rehearse());
		expect(rows?.tables.find(({ name }) => name === "t")).toMatchObject(counts(3, 3, 1, 0, 1));
	});

	it("compares a table whose name looks like that of a temporary one", async () => {
		const before = 'CREATE TABLE "temp.t" (id INTEGER PRIMARY KEY, a); INSERT INTO "temp.t" VALUES (1, 1);';
		const { rows } = await rehearsed({ before, up: 'UPDATE "temp.t" SET a = 2;' });
		expect(rows?.tables[0]).toMatchObject(counts(1, 1, 0, 1, 0));
	});

	it("tells tables apart whose names differ in the case of a letter beyond ASCII", async () => {
		const before = 'CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE TABLE "ä" (a); INSERT INTO "ä" VALUES (1);';
		const { rows } = await rehearsed({ before, up: 'ALTER TABLE t RENAME TO "Ä"; UPDATE "ä" SET a = 2;' });
		expect(rows?.tables.map(({ name, changed }) => [name, changed])).toEqual([
			["Ä", 0],
			["ä", 1],
		]);
	});

	it("compares every table where a trigger on the version table may have written it", async () => {
		const before = `${ITEMS} CREATE TABLE schema_migrations (version uint64, dirty bool);
			CREATE TRIGGER oldest AFTER INSERT ON schema_migrations BEGIN
				DELETE FROM t WHERE id = (SELECT min(id) FROM t); INSERT INTO t (a) VALUES ('new');
			END;`;
		const { rows, clean } = await rehearsed({ before, up: "CREATE TABLE u (a);" });
		expect(rows?.tables[0]).toMatchObject(counts(3, 3, 1, 0, 1));
		expect(clean).toBe(false);
	});

	it.each(["", "TEMP "])(
		"compares every table where a %strigger on the version table was there for a while",
		async (kind) => {
			using db = createTestDatabase(backend);
			db.exec(`${ITEMS} CREATE TABLE schema_migrations (version uint64, dirty bool);`);
			const made = `CREATE ${kind}TRIGGER louder AFTER INSERT ON main.schema_migrations BEGIN UPDATE t SET a = a || '!'; END;`;
			const files = [
				made.replace(kind === "" ? "main." : "", ""),
				kind === "" ? "DROP TRIGGER louder;" : "CREATE TABLE u (a);",
			];
			const allowed = files.map((sql) => `-- godwit: allow own-tables\n${sql}`);
			const { rows } = await db.migrate(ups(...allowed), (migrate) => migrate.rehearse());
			expect(rows?.tables.find(({ name }) => name === "t")).toMatchObject(counts(3, 3, 0, 3, 0));
		},
	);

	it("tells of damage in a new table under an old name, and in the tables of tools", async () => {
		const before =
			"CREATE TABLE t (a); CREATE TABLE u (a); CREATE TABLE _litestream_seq (seq CHECK (seq > 0)); INSERT INTO _litestream_seq VALUES (1);";
		const anew =
			"ALTER TABLE t RENAME TO old; CREATE TABLE t (a CHECK (a > 0)); PRAGMA ignore_check_constraints = 1; INSERT INTO t VALUES (-7);";
		const { rows } = await rehearsed({ before, up: anew });
		expect(rows?.damage).toEqual([expect.stringContaining("CHECK constraint failed in t")]);
		const tool = await rehearsed({
			before,
			up: "PRAGMA ignore_check_constraints = 1; UPDATE _litestream_seq SET seq = -1;",
		});
		expect(tool.rows?.damage).toEqual([expect.stringContaining("CHECK constraint failed in _litestream_seq")]);
	});

	it("tells of damage in any table where it is not known what a statement did", async () => {
		const before = "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (NULL); CREATE TABLE u (a INTEGER);";
		const up = `PRAGMA writable_schema = 1;
			UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a INTEGER NOT NULL)' WHERE name = 't'; PRAGMA writable_schema = RESET;`;
		const { rows, migrations } = await rehearsed({ before, up });
		// The other two libraries do not let a schema be written.
		const writes = backend.name === "sqlite-wasm";
		expect(migrations[0]?.outcome).toBe(writes ? "ran" : "failed");
		expect(rows?.damage).toEqual(writes ? [expect.stringContaining("NULL value in t.a")] : undefined);
	});

	it("tells that the way back is missing, fails, or does not bring everything back", async () => {
		const up = "ALTER TABLE t DROP COLUMN a;";
		expect((await rehearsed({ before: ITEMS, up })).findings).toMatchObject([{ rule: "down-missing", level: "note" }]);
		const fails = await rehearsed({ before: ITEMS, up, down: "DROP TABLE nothing;" });
		expect(fails.down).toMatchObject({ ran: false, migrations: [{ outcome: "failed" }] });
		expect(fails.findings).toMatchObject([{ rule: "down-fails", level: "warning", line: 1 }]);
		const back = await rehearsed({ before: ITEMS, up, down: "ALTER TABLE t ADD COLUMN a TEXT;" });
		expect(back.down).toMatchObject({ ran: true, schemaIsBack: true, rowsAreBack: false });
		expect(back.findings).toMatchObject([
			{ rule: "down-loses-rows", message: expect.stringContaining("t has 3 changed") },
		]);
		const other = await rehearsed({ before: ITEMS, up: "CREATE INDEX i ON t (a);", down: "SELECT 1;" });
		expect(other.down).toMatchObject({ schemaIsBack: false, rowsAreBack: true });
		expect(other.clean).toBe(true);
	});
});
