import { DatabaseSync } from "node:sqlite";
import type { Diagnosis } from "@godwit/core";
import { describe, expect, it } from "vitest";
import type { SqliteConnection, SqlRow } from "../../src/connection/sqlite-connection.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";

/** What the examination needs of a binding. */
function connect(database: DatabaseSync): SqliteConnection {
	return {
		query(sql, parameters = []) {
			const statement = database.prepare(sql);
			statement.setReadBigInts(true);
			return statement.all(...parameters) as unknown as readonly SqlRow[];
		},
		run: (sql) => database.exec(sql),
		begin: () => database.exec("BEGIN"),
		rollback: () => database.exec("ROLLBACK"),
		get inTransaction() {
			return database.isTransaction;
		},
		resultCode: (error) => (error instanceof Error && "errcode" in error ? "SQLITE_ERROR" : undefined),
		close: () => database.close(),
	} as Partial<SqliteConnection> as SqliteConnection;
}

/** Makes a database with a SQLite that takes double quotes for a text, and lets no foreign key be in the way. */
async function diagnosesOf(...statements: readonly string[]): Promise<readonly Diagnosis[]> {
	const options = { enableDoubleQuotedStringLiterals: true, enableForeignKeyConstraints: false };
	using database = new DatabaseSync(":memory:", options);
	for (const sql of statements) database.exec(sql);
	const inMemory = (): SqliteConnection => connect(new DatabaseSync(":memory:"));
	return diagnose(async (work) => work(), { connection: connect(database), inMemory });
}

const table = "CREATE TABLE t (a TEXT, x INT)";

describe("diagnose", () => {
	it("has nothing to say of a sound database", async () => {
		const sound = [
			'CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, "a ""b""" TEXT DEFAULT "text")',
			"CREATE TABLE c (p_id REFERENCES p, t AS (p_id + 1))",
			"CREATE VIRTUAL TABLE words USING fts5 (word)",
			"CREATE VIEW first AS SELECT * FROM second, sqlite_sequence",
			'CREATE VIEW second AS SELECT p.* FROM "p", sqlite_stat1',
			"CREATE TRIGGER on_view INSTEAD OF INSERT ON second BEGIN INSERT INTO p (id) VALUES (NULL); END",
			"CREATE TRIGGER on_table AFTER UPDATE OF p_id ON c BEGIN DELETE FROM p WHERE id = old.p_id; END",
			"INSERT INTO p DEFAULT VALUES",
			"INSERT INTO c (p_id) VALUES (1), (NULL)",
			"ANALYZE",
		];
		expect(await diagnosesOf(...sound)).toEqual([]);
	});

	it.each([
		[
			"a CHECK, with a column of the same letters",
			'CREATE TABLE d (a CHECK (a IN ("x", \'it\'\'s\', "it\'s")), "x" INT)',
			"CREATE TABLE d (a CHECK (a IN (\"x\", 'it''s', 'it''s')), \"x\" INT);",
		],
		[
			"the condition of an index",
			'CREATE INDEX d ON t ("a") WHERE "a" = "b"',
			'DROP INDEX "d";\nCREATE INDEX d ON t ("a") WHERE "a" = \'b\';',
		],
		[
			"a view",
			'CREATE VIEW d AS SELECT "a" FROM t WHERE x <> "say ""x"""',
			'DROP VIEW "d";\nCREATE VIEW d AS SELECT "a" FROM t WHERE x <> \'say "x"\';',
		],
		[
			"a view that has a column of the same letters elsewhere",
			'CREATE VIEW d AS SELECT (SELECT max("x") FROM t) FROM (SELECT 1 AS one) WHERE "x" <> one',
			`DROP VIEW "d";\nCREATE VIEW d AS SELECT (SELECT max("x") FROM t) FROM (SELECT 1 AS one) WHERE 'x' <> one;`,
		],
		[
			"a trigger, for one column of many",
			'CREATE TRIGGER d AFTER UPDATE OF x ON t BEGIN SELECT "a", new.a; END',
			"DROP TRIGGER \"d\";\nCREATE TRIGGER d AFTER UPDATE OF x ON t BEGIN SELECT 'a', new.a; END;",
		],
	])("finds texts in double quotes in %s, and the statements that make it anew", async (_, sql, cure) => {
		const [first, ...others] = await diagnosesOf(table, sql);
		expect(first).toMatchObject({ kind: "double-quoted-literal", level: "error", sql: cure });
		expect(others).toEqual([]);
		const [again] = await diagnosesOf(table, ...(sql.includes("TABLE d") ? [cure] : [sql, cure]));
		expect(again).toBeUndefined();
	});

	it("makes the triggers of a view anew with it, and finds a view behind another one", async () => {
		const trigger = "CREATE TRIGGER e INSTEAD OF INSERT ON d BEGIN SELECT 1; END";
		const view = 'CREATE VIEW d AS SELECT "text" AS y FROM t';
		const found = await diagnosesOf(table, "CREATE VIEW outer_view AS SELECT y FROM d", view, trigger);
		expect(found).toEqual([
			expect.objectContaining({
				object: "view d",
				sql: `DROP VIEW "d";\n${view.replaceAll('"', "'")};\n${trigger};`,
			}),
		]);
	});

	it.each([
		["a view", "CREATE VIEW d AS SELECT * FROM nowhere", "view d cannot work: no such table: main.nowhere"],
		[
			"a trigger",
			"CREATE TRIGGER d AFTER DELETE ON t BEGIN DELETE FROM nowhere; END",
			"trigger d cannot work: no such table",
		],
		[
			"a foreign key",
			"CREATE TABLE d (a REFERENCES nowhere)",
			"a foreign key of d leads nowhere: no such table: main.nowhere",
		],
		["a foreign key to what is not unique", "CREATE TABLE d (a REFERENCES t (a))", "foreign key mismatch"],
	])("finds %s that leads nowhere", async (_, sql, message) => {
		expect(await diagnosesOf(table, sql)).toEqual([
			expect.objectContaining({
				kind: "dangling-reference",
				level: "error",
				message: expect.stringContaining(message),
			}),
		]);
	});

	it("counts the rows of a table that violate a foreign key", async () => {
		const found = await diagnosesOf(
			"CREATE TABLE p (id INTEGER PRIMARY KEY)",
			"CREATE TABLE c (id INTEGER PRIMARY KEY, p_id REFERENCES p)",
			"INSERT INTO c VALUES (5, 1), (6, 2), (7, NULL)",
		);
		const message =
			"2 rows of c point to rows of p that do not exist, the first is row 5; delete them, or add what they point to";
		expect(found).toEqual([{ kind: "foreign-key", level: "error", object: "table c", message }]);
	});

	it("leaves what only the application can run to the application", async () => {
		const found = await diagnosesOf(
			table,
			"CREATE VIEW d AS SELECT own_function(a) FROM t",
			"CREATE VIEW e AS SELECT * FROM t ORDER BY a COLLATE own_order",
		);
		expect(found.map(({ kind, level, object }) => ({ kind, level, object }))).toEqual([
			{ kind: "not-examined", level: "note", object: "view d" },
			{ kind: "not-examined", level: "note", object: "view e" },
		]);
	});
});
