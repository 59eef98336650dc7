import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { createTestDatabase } from "../sqlite/test-database.ts";
import { analysed, analysedFile, effectsOf } from "./analysed.ts";

const setUp = `
CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
CREATE INDEX notes_title ON notes (title);
CREATE TABLE tags (note INTEGER REFERENCES notes (id) ON DELETE CASCADE, name TEXT);
CREATE TABLE log (entry TEXT);
CREATE TRIGGER notes_log AFTER DELETE ON notes BEGIN INSERT INTO log VALUES (old.title); END;
CREATE VIEW titles AS SELECT title FROM notes;
CREATE TRIGGER titles_insert INSTEAD OF INSERT ON titles BEGIN INSERT INTO notes (title) VALUES (new.title); END;
CREATE TABLE pairs (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(body);
CREATE VIRTUAL TABLE search_all USING fts5(body);
CREATE TABLE made_content (a);
INSERT INTO notes VALUES (1, 'a', 'b');
INSERT INTO tags VALUES (1, 'x');`;

describe.each(backends)("the effects of a statement, on $name", (backend) => {
	it.each([
		["a query", "SELECT * FROM notes", { reads: ["notes"] }],
		["a row that is added", "INSERT INTO log SELECT title FROM notes", { reads: ["notes"], writes: ["log"] }],
		[
			"a CHECK, which SQLite tries on every row",
			"ALTER TABLE log ADD COLUMN n INTEGER CHECK (n > 0)",
			{
				reads: ["log"],
				creates: [{ type: "column", name: "log.n" }],
				alters: [{ type: "table", name: "log" }],
			},
		],
		["a module without a table", "INSERT INTO log SELECT value FROM json_each('[1]')", { writes: ["log"] }],
		["a condition", "UPDATE notes SET body = '' WHERE id = 1", { writes: ["notes"] }],
		["no condition", "UPDATE notes SET body = ''", { writes: ["notes"], everyRow: true }],
		[
			"a condition of a subquery alone",
			"DELETE FROM log WHERE entry IN (SELECT 1 WHERE 0)",
			{ writes: ["log"], removes: ["log"] },
		],
		[
			"WITH before the verb",
			"WITH t AS (SELECT 1 AS x WHERE 1) DELETE FROM log",
			{ writes: ["log"], removes: ["log"], everyRow: true },
		],
		[
			"an upsert",
			"INSERT INTO pairs VALUES (1, 2) ON CONFLICT DO UPDATE SET b = 3",
			{ writes: ["pairs"], removes: ["pairs"] },
		],
		[
			"a trigger",
			"DELETE FROM notes WHERE id = 1",
			{ writes: ["log", "notes"], removes: ["notes"], cascades: ["tags"], checksForeignKeys: true },
		],
		[
			"a new key",
			"UPDATE notes SET id = 3",
			{ writes: ["notes"], removes: ["notes"], everyRow: true, checksForeignKeys: true },
		],
		["a trigger INSTEAD OF", "INSERT INTO titles VALUES ('c')", { writes: ["notes"] }],
		["a child that is deleted", "DELETE FROM tags WHERE name = 'x'", { writes: ["tags"], removes: ["tags"] }],
		["a child that is added", "INSERT INTO tags VALUES (1, 'y')", { writes: ["tags"], checksForeignKeys: true }],
		[
			"children that are added by a query",
			"INSERT INTO tags SELECT 1, title FROM notes",
			{ reads: ["notes"], writes: ["tags"], checksForeignKeys: true },
		],
		[
			"REPLACE, which deletes",
			"REPLACE INTO notes (id) VALUES (1)",
			{ writes: ["notes"], cascades: ["tags"], checksForeignKeys: true },
		],
		["indexes that are built again", "REINDEX notes", { reads: ["notes"] }],
		["a key that is built again", "REINDEX pairs", { reads: ["pairs"] }],
		["a virtual table", "INSERT INTO search VALUES ('b')", { writes: ["search"] }],
		["a query of a table behind a virtual one", "SELECT * FROM search_content", { reads: ["search_content"] }],
		[
			"a change behind a virtual table",
			"UPDATE search_all_content SET c0 = '' WHERE id = 1",
			{ writes: ["search_all", "search_all_content"] },
		],
		[
			"a table that is dropped",
			"DROP TABLE notes",
			{
				cascades: ["tags"],
				destroys: ["notes"],
				drops: [
					{ type: "index", name: "notes_title" },
					{ type: "trigger", name: "notes_log" },
				],
				checksForeignKeys: true,
			},
		],
		["a virtual table that is dropped", "DROP TABLE search", { destroys: ["search"] }],
		["a table behind a virtual one that is dropped", "DROP TABLE search_idx", { destroys: ["search_idx"] }],
		[
			"a new virtual table, beside a table that has the name of one behind it",
			"CREATE VIRTUAL TABLE made USING fts5(body, content='')",
			{ creates: [{ type: "table", name: "made" }] },
		],
		[
			"a new name of a virtual table",
			"ALTER TABLE search_all RENAME TO found",
			{ renames: [{ type: "table", from: "search_all", to: "found" }] },
		],
		["a new table", "CREATE TABLE t (a)", { creates: [{ type: "table", name: "t" }] }],
		[
			"a table of a query's",
			"CREATE TABLE t AS SELECT * FROM log",
			{ reads: ["log"], creates: [{ type: "table", name: "t" }] },
		],
		["nothing to do", "CREATE TABLE IF NOT EXISTS log (entry TEXT)", {}],
		["a new index", "CREATE INDEX i ON log (entry)", { reads: ["log"], creates: [{ type: "index", name: "i" }] }],
		["an index that is dropped", "DROP INDEX notes_title", { drops: [{ type: "index", name: "notes_title" }] }],
		[
			"a view that is dropped",
			"DROP VIEW titles",
			{
				drops: [
					{ type: "view", name: "titles" },
					{ type: "trigger", name: "titles_insert" },
				],
			},
		],
		[
			"a new name",
			"ALTER TABLE log RENAME TO entries",
			{ alters: [{ type: "trigger", name: "notes_log" }], renames: [{ type: "table", from: "log", to: "entries" }] },
		],
		[
			"a new column",
			"ALTER TABLE log ADD COLUMN at TEXT",
			{ creates: [{ type: "column", name: "log.at" }], alters: [{ type: "table", name: "log" }] },
		],
		[
			"a column that is dropped",
			"ALTER TABLE pairs RENAME COLUMN b TO c",
			{ alters: [{ type: "table", name: "pairs" }], renames: [{ type: "column", from: "pairs.b", to: "pairs.c" }] },
		],
		["a PRAGMA", "PRAGMA foreign_keys = ON", {}],
	])("tells %s", async (_, sql, expected) => {
		expect(await effectsOf(backend, sql, { setUp })).toEqual(expected);
	});

	it("follows what an earlier statement, and an earlier file, has made", async () => {
		const first = "CREATE TABLE a (x); ALTER TABLE a RENAME TO b; INSERT INTO b VALUES (1);";
		const { files } = await analysed(backend, [first, "DELETE FROM b;"]);
		expect(files.map(({ statements }) => statements.map(({ writes }) => writes))).toEqual([[[], [], ["b"]], [["b"]]]);
	});

	it("writes nothing, and runs no PRAGMA", async () => {
		using db = createTestDatabase(backend);
		db.exec(setUp);
		const before = db.all("SELECT * FROM sqlite_schema");
		await using driver = await db.open();
		const { textBody } = await import("@godwit/core");
		await driver.analyse?.([
			textBody("DROP TABLE notes; DELETE FROM tags; PRAGMA user_version = 7; PRAGMA writable_schema = 1;"),
		]);
		expect(db.all("SELECT * FROM sqlite_schema")).toEqual(before);
		expect(db.all("PRAGMA user_version")).toEqual([{ user_version: 0n }]);
		expect(db.all("SELECT count(*) AS n FROM tags")).toEqual([{ n: 1n }]);
	});

	it("says of a trigger on the version table alone that it is not known, and not of what is made beside it", async () => {
		using db = createTestDatabase(backend);
		const trigger = (name: string): string =>
			`CREATE TRIGGER ${name} AFTER INSERT ON schema_migrations BEGIN DELETE FROM notes; END;`;
		db.exec(`CREATE TABLE notes (a); CREATE TABLE schema_migrations (version uint64, dirty bool); ${trigger("seen")}`);
		await using driver = await db.open();
		const { textBody } = await import("@godwit/core");
		const analysis = await driver.analyse?.([textBody(`CREATE TABLE u (a); ${trigger("again")}`)]);
		expect(analysis?.files[0]?.statements.map(({ unknown }) => unknown)).toEqual([
			undefined,
			"there is a trigger on a table of godwit or of another tool, and what it does is not followed",
		]);
	});

	it("makes no file for ATTACH and VACUUM INTO, and says that they are not known", async () => {
		using db = createTestDatabase(backend);
		const other = `${db.folder}/other.db`;
		const sql = `-- godwit: no-transaction\nATTACH '${other}' AS o; CREATE TABLE o.t (a); VACUUM INTO '${other}2';`;
		await using driver = await db.open();
		const { textBody } = await import("@godwit/core");
		const { files } = (await driver.analyse?.([textBody(sql)])) ?? { files: [] };
		expect(files[0]?.statements.map(({ unknown }) => unknown)).toEqual([
			"it opens another file, which is not looked at",
			"it may be about an attached file, which is not looked at (unknown database o)",
			"it writes the database, or another file, anew",
		]);
		expect(db.files().filter((name) => name.startsWith("other"))).toEqual([]);
	});

	it("ends at a statement that fails, with its place", async () => {
		const { files } = await analysed(backend, ["CREATE TABLE a (x);\n  DROP TABLE b;\nDROP TABLE a;", "SELECT 1;"]);
		expect(files).toHaveLength(1);
		expect(files[0]).toMatchObject({
			fails: true,
			findings: [{ rule: "fails", level: "error", line: 2, column: 3, message: "no such table: b" }],
		});
	});

	it("says which foreign keys are enforced, and whether there is a transaction", async () => {
		const plain = await analysedFile(backend, "SELECT 1;");
		expect(plain).toMatchObject({ foreignKeys: false, transaction: true });
		const other = await analysedFile(backend, "-- godwit: no-transaction\nSELECT 1;", { url: "x-foreign-keys=true" });
		expect(other).toMatchObject({ foreignKeys: true, transaction: false });
	});

	it("clones a schema that SQLite would not make any more", async () => {
		const old = `CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t; CREATE TABLE u (b)`;
		expect(await effectsOf(backend, "DELETE FROM u", { setUp: old })).toEqual({
			writes: ["u"],
			removes: ["u"],
			everyRow: true,
		});
	});
});
