import { Migrate, memorySource } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";

const BACKENDS = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;

const SET_UP = `
	CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT);
	CREATE TABLE u (id INTEGER PRIMARY KEY, t INT, n INT);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO t (a) SELECT i % 7 FROM n;
	CREATE TABLE ti (id INTEGER PRIMARY KEY, a INT, b INT, parent INT REFERENCES ti (id) ON DELETE CASCADE);
	INSERT INTO ti (a, b) SELECT a, b FROM t;
	CREATE INDEX ti_a ON ti (a);
	CREATE INDEX ti_ab ON ti (a, b);
	CREATE TABLE w (k TEXT PRIMARY KEY, a INT, b INT) WITHOUT ROWID;
	INSERT INTO w SELECT 'k' || id, a, b FROM t;
	CREATE INDEX w_a ON w (a);
	CREATE TABLE o (id INTEGER PRIMARY KEY, x INT);
	INSERT INTO o SELECT id, a FROM t;
	CREATE VIEW v AS SELECT t.id, t.a, t.b, o.x FROM t JOIN o ON o.id = t.id;
	CREATE TRIGGER v_update INSTEAD OF UPDATE ON v BEGIN UPDATE t SET b = NEW.b WHERE id = NEW.id; END;
	CREATE TABLE log (n INT);
	CREATE TRIGGER w_log AFTER UPDATE ON w BEGIN INSERT INTO log SELECT count(*) FROM w WHERE k = NEW.k; END;
	CREATE VIRTUAL TABLE f USING fts5 (body);
	INSERT INTO f SELECT 'word' || id FROM t;
	CREATE VIEW first_of_t AS SELECT id FROM t ORDER BY id LIMIT 5;
	CREATE VIEW all_of_t AS SELECT * FROM t;
`;

const TABLES: readonly string[] = ["t", "ti", "w", "o", "f"];

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

async function open(backend: BackendName, sql: string): Promise<Migrate> {
	const driver = await factoryOf(backend).open(`sqlite://${place.path}?x-foreign-keys=true&x-synchronous=off`);
	const files = { "1_a.up.sql": SET_UP, "2_b.up.sql": `-- godwit: until-done\n${sql};` };
	return new Migrate({ source: memorySource(files), driver });
}

/** All rows, those of `u` without their keys, which depend on the order of the inserts. */
function content(path: string): unknown {
	const rows = TABLES.map((table) => query(path, `SELECT * FROM ${table}`));
	return [...rows, query(path, "SELECT t, n FROM u ORDER BY 1, 2"), query(path, "SELECT count(*) FROM log")];
}

function contentOfWhole(sql: string): unknown {
	const path = place.of("whole.db");
	exec(path, SET_UP);
	exec(path, `PRAGMA foreign_keys = 1; ${sql};`);
	return content(path);
}

describe.each(BACKENDS)("rounds that would end with other rows than the whole statement, on %s", (backend) => {
	it.each<[string, string, string, number]>([
		[
			"a DELETE by an average of its table",
			"DELETE FROM t WHERE a > (SELECT avg(a) FROM t) /* godwit: AND id IN (SELECT id FROM t WHERE a > (SELECT avg(a) FROM t) LIMIT 2) */",
			"reads-target",
			45,
		],
		[
			"an UPDATE that counts what is left",
			"UPDATE t SET b = (SELECT count(*) FROM t WHERE b IS NULL) WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 3) */",
			"reads-target",
			40,
		],
		[
			"an INSERT with a number of each row",
			"INSERT INTO u (t, n) SELECT id, row_number() OVER (ORDER BY id) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.id) /* godwit: LIMIT 3 */",
			"aggregate",
			1,
		],
		[
			"an INSERT of groups",
			"INSERT INTO u (t, n) SELECT a, count(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.a) GROUP BY a /* godwit: LIMIT 3 */",
			"aggregate",
			1,
		],
		[
			"an INSERT of a sum of what is there",
			"INSERT INTO u (t, n) SELECT id, (SELECT count(*) FROM u) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.id) /* godwit: LIMIT 3 */",
			"reads-target",
			55,
		],
		[
			"a view with a LIMIT",
			"INSERT INTO u (t) SELECT id FROM first_of_t WHERE id NOT IN (SELECT t FROM u) /* godwit: LIMIT 3 */",
			"limit",
			1,
		],
		[
			"a subquery that reads an index alone",
			"DELETE FROM ti WHERE a = (SELECT max(a) FROM ti) /* godwit: AND id % 2 = 0 */",
			"reads-target",
			46,
		],
		[
			"an operand that is an index",
			"UPDATE ti SET b = 1 WHERE b IS NULL AND a IN (SELECT a FROM ti) /* godwit: AND id % 2 = 0 */",
			"reads-target",
			61,
		],
		[
			"a correlated subquery",
			"UPDATE t SET b = 1 WHERE b IS NULL AND EXISTS (SELECT 1 FROM t AS z WHERE z.a = t.id) /* godwit: AND id < 5 */",
			"reads-target",
			62,
		],
		[
			"a correlated operand",
			"UPDATE ti SET b = 1 WHERE b IS NULL AND a NOT IN (SELECT z.a FROM ti AS z WHERE z.id < ti.id) /* godwit: AND id < 5 */",
			"reads-target",
			67,
		],
		[
			"a table without rowids",
			"UPDATE w SET b = (SELECT max(b) FROM w) WHERE b IS NULL /* godwit: AND k < 'k2' */",
			"reads-target",
			38,
		],
		[
			"a quoted name",
			'DELETE FROM "t" WHERE a IN (SELECT b FROM "main"."t") /* godwit: AND id < 5 */',
			"reads-target",
			50,
		],
		[
			"a view of the table",
			"DELETE FROM t WHERE a > (SELECT avg(a) FROM all_of_t) /* godwit: AND id < 5 */",
			"reads-target",
			1,
		],
		["a join", "UPDATE t SET b = z.a FROM t AS z WHERE z.id = t.id + 1 /* godwit: AND t.id < 5 */", "reads-target", 27],
		[
			"a join by indexes",
			"UPDATE ti SET b = z.a FROM ti AS z WHERE z.a = ti.id /* godwit: AND ti.id < 5 */",
			"reads-target",
			28,
		],
		[
			"a view that is changed",
			"UPDATE v SET b = (SELECT count(*) FROM v WHERE b IS NULL) WHERE b IS NULL /* godwit: AND id < 5 */",
			"reads-target",
			1,
		],
		[
			"a virtual table",
			"DELETE FROM f WHERE rowid > (SELECT avg(rowid) FROM f) /* godwit: AND rowid % 2 = 0 */",
			"reads-target",
			53,
		],
	])("are refused before the first, with the place: %s", async (_, sql, problem, column) => {
		await using migrate = await open(backend, sql);
		await migrate.steps(1);
		const before = content(place.path);
		const details = { problem: `until-done: ${problem}`, line: 2, column };
		const { migrations } = await migrate.plan({ kind: "up" });
		expect(migrations[0]?.effects).toMatchObject({ fails: true, findings: [{ level: "error", line: 2, column }] });
		await expect(migrate.up()).rejects.toMatchObject({ cause: { code: "ERR_INVALID_BODY", details } });
		expect(content(place.path)).toEqual(before);
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});

	it.each([
		[
			"a value from another table",
			"UPDATE t SET b = (SELECT x FROM o WHERE o.id = t.id) WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 3) */",
		],
		[
			"a sum of another table",
			"UPDATE t SET b = (SELECT max(x) FROM o) WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 3) */",
		],
		[
			"a join with another table",
			"UPDATE t SET b = o.x FROM o WHERE o.id = t.id AND b IS NULL /* godwit: AND t.id IN (SELECT id FROM t WHERE b IS NULL LIMIT 3) */",
		],
		[
			"a join by an index",
			"UPDATE ti SET b = o.x FROM o WHERE o.id = ti.a AND b IS NULL /* godwit: AND ti.id IN (SELECT id FROM ti WHERE b IS NULL AND a > 0 LIMIT 3) */",
		],
		[
			"two indexes, of a table that refers to itself",
			"DELETE FROM ti WHERE (a = 3 OR id = 5) /* godwit: AND id IN (SELECT id FROM ti WHERE a = 3 OR id = 5 LIMIT 2) */",
		],
		[
			"two indexes of a table without rowids, with a trigger",
			"UPDATE w SET b = 1 WHERE (a = 3 OR k = 'k5') AND b IS NULL /* godwit: AND k IN (SELECT k FROM w WHERE (a = 3 OR k = 'k5') AND b IS NULL LIMIT 2) */",
		],
		[
			"an index of a table without rowids",
			"DELETE FROM w WHERE a = 3 /* godwit: AND k IN (SELECT k FROM w WHERE a = 3 LIMIT 2) */",
		],
		["a whole table", "DELETE FROM t /* godwit: WHERE id IN (SELECT id FROM t LIMIT 3) */"],
		[
			"a key that is changed",
			"UPDATE ti SET id = id + 100 WHERE id < 100 /* godwit: AND id IN (SELECT id FROM ti WHERE id < 100 LIMIT 3) */",
		],
		[
			"a column of an index that is searched",
			"UPDATE ti SET a = a + 10 WHERE a < 10 /* godwit: AND id IN (SELECT id FROM ti WHERE a < 10 LIMIT 3) */",
		],
		[
			"a view",
			"UPDATE v SET b = x WHERE b IS NULL AND x IN (SELECT x FROM o) /* godwit: AND id IN (SELECT id FROM v WHERE b IS NULL LIMIT 3) */",
		],
		[
			"a virtual table",
			"DELETE FROM f WHERE rowid > 10 /* godwit: AND rowid IN (SELECT rowid FROM f WHERE rowid > 10 LIMIT 3) */",
		],
		[
			"NOT EXISTS",
			"INSERT INTO u (t, n) SELECT id, a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.id) /* godwit: LIMIT 3 */",
		],
		[
			"NOT IN, and a sum of another table for each row",
			"INSERT INTO u (t, n) SELECT id, (SELECT count(*) FROM o WHERE o.x = t.a) FROM t WHERE id NOT IN (SELECT t FROM u) /* godwit: LIMIT 3 */",
		],
		[
			"a LEFT JOIN",
			"INSERT INTO u (t, n) SELECT t.id, a FROM t LEFT JOIN u ON u.t = t.id WHERE u.id IS NULL /* godwit: LIMIT 3 */",
		],
		[
			"a table into itself",
			"INSERT INTO t (id, a) SELECT id + 100, a FROM t AS o WHERE id <= 20 AND NOT EXISTS (SELECT 1 FROM t WHERE t.id = o.id + 100) /* godwit: LIMIT 3 */",
		],
		[
			"different values",
			"INSERT INTO u (t) SELECT DISTINCT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.t = t.a) /* godwit: LIMIT 3 */",
		],
		[
			"values that are there but once",
			"INSERT OR IGNORE INTO o (id, x) SELECT a + 100, 1 FROM t WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.id = t.a + 100) /* godwit: LIMIT 3 */",
		],
		[
			"a condition in the comment alone",
			"INSERT OR IGNORE INTO o (id) SELECT id + 10 FROM t /* godwit: WHERE id + 10 NOT IN (SELECT id FROM o) LIMIT 3 */",
		],
	])("are not those of %s", async (_, sql) => {
		await using migrate = await open(backend, sql);
		await migrate.steps(1);
		expect((await migrate.plan({ kind: "up" })).migrations[0]?.effects).toMatchObject({ fails: false });
		expect(await migrate.up()).toMatchObject({ to: 2n });
		expect(content(place.path)).toEqual(contentOfWhole(sql));
	});
});

describe.each(BACKENDS)("rounds that do not count up to the whole statement, on %s", (backend) => {
	it.each<[string, string, RegExp]>([
		[
			"an UPDATE of rows that stay in its condition",
			"UPDATE t SET a = a + 1 WHERE a < 5 /* godwit: AND id IN (SELECT id FROM t WHERE a < 5 LIMIT 3) */",
			/would have changed 3 rows of a table of 20, and rows that they have changed are left/,
		],
		[
			"an INSERT whose condition is about something else than its rows",
			"INSERT INTO u (t, n) SELECT id, a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.n = t.a) /* godwit: LIMIT 3 */",
			/have inserted 3 rows, and of the 20 that there were to insert 11 are left, so that others were never inserted/,
		],
		[
			"an INSERT of which some rows stay in its query",
			"INSERT INTO u (t, n) SELECT id, CASE WHEN id % 2 THEN id END FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.n = t.id) /* godwit: LIMIT 3 */",
			/have inserted 3 rows, and of the 20 that there were to insert 18 are left, so that some would be inserted once more/,
		],
	])("end with an error: %s", async (_, sql, message) => {
		await using migrate = await open(backend, sql);
		await expect(migrate.up()).rejects.toMatchObject({
			cause: { code: "ERR_SQL", message: expect.stringMatching(message), details: { line: 2, column: 1 } },
		});
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
		expect((await migrate.history()).filter(({ op }) => op === "round")).toEqual([]);
	});
});

describe("rounds on a connection of the application's", () => {
	it("count no rows where a table of another file leaves some out", async () => {
		const database = new BetterSqlite3(place.path);
		onTestFinished(() => void database.close());
		database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, b); INSERT INTO t (b) VALUES (1), (1), (2), (3)");
		database.exec(
			`ATTACH '${place.of("other.db")}' AS aux; CREATE TABLE aux.z (id INTEGER PRIMARY KEY, n UNIQUE ON CONFLICT IGNORE)`,
		);
		const sql =
			"INSERT INTO aux.z SELECT id, b FROM t WHERE NOT EXISTS (SELECT 1 FROM aux.z WHERE z.n = t.b) /* godwit: LIMIT 1 */";
		const source = memorySource({ "1_a.up.sql": `-- godwit: until-done\n${sql};` });
		await using migrate = new Migrate({ source, driver: sqliteNative.withInstance(database) });
		expect(await migrate.up()).toMatchObject({ to: 1n });
		expect(database.prepare("SELECT n FROM aux.z").pluck().all()).toEqual([1, 2, 3]);
	});
});
