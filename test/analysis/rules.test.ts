import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { analysed, analysedFile, found } from "./analysed.ts";

const notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);";
const tags = "CREATE TABLE tags (note INTEGER REFERENCES notes (id) ON DELETE CASCADE, name TEXT);";
const rebuild = (columns = "id INTEGER PRIMARY KEY, title TEXT, body TEXT"): string =>
	`CREATE TABLE new_notes (${columns});
INSERT INTO new_notes SELECT id, title, body FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;`;

const old = "CREATE TABLE old (id INTEGER PRIMARY KEY, title TEXT);";
const inserts = ({
	verb = "INSERT",
	from = "old",
	where = "title <> ''",
	batch = "LIMIT 5",
	end = "",
}: Readonly<Partial<Record<"verb" | "from" | "where" | "batch" | "end", string>>> = {}): string =>
	`-- godwit: until-done\n${verb} INTO notes (id, title) SELECT id, title FROM ${from} WHERE ${where} /* godwit: ${batch} */ ${end};`;

/** What is there before, the file, what is found, and options of the URL. */
const cases: readonly (readonly [string, string, string, readonly string[], string?])[] = [
	[
		"an index that a rebuild loses",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		rebuild(),
		["3 error rebuild-loses"],
	],
	[
		"an index that is lost as a table is made anew in the place of the dropped one",
		`${notes} CREATE UNIQUE INDEX one_title ON notes (title);`,
		"CREATE TEMP TABLE bk AS SELECT * FROM notes;\nDROP TABLE notes;\nCREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT, extra TEXT);\nINSERT INTO notes (id, title, body) SELECT * FROM bk; DROP TABLE bk;",
		["2 error rebuild-loses"],
	],
	[
		"an index and a trigger that are lost by way of an ordinary table",
		`${notes} CREATE INDEX by_title ON notes (title); CREATE TRIGGER r AFTER INSERT ON notes BEGIN SELECT 1; END;`,
		"CREATE TABLE bk AS SELECT * FROM notes;\nDROP TABLE notes;\nCREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);\nINSERT INTO notes (id, title, body) SELECT id, title, body FROM bk; DROP TABLE bk;",
		["2 error rebuild-loses", "2 error rebuild-loses"],
	],
	[
		"an index that is lost with all rows",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		"DROP TABLE notes; CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);",
		["1 error rebuild-loses"],
	],
	[
		"a table that is renamed there and back",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		"ALTER TABLE notes RENAME TO n; ALTER TABLE n RENAME TO Notes; CREATE TEMP TABLE notes (a); DROP TABLE temp.notes;",
		[],
	],
	[
		"an index that is made again",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		`${rebuild()} CREATE INDEX other ON notes (title, body);`,
		[],
	],
	[
		"an index that is dropped by its name",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		`DROP INDEX by_title; ${rebuild()}`,
		[],
	],
	[
		"an index of a column that is gone",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		"CREATE TABLE n (id, body); DROP TABLE notes; ALTER TABLE n RENAME TO notes;",
		[],
	],
	[
		"a unique index that a rebuild loses",
		`${notes} CREATE UNIQUE INDEX one_title ON notes (title);`,
		`${rebuild()} CREATE INDEX other ON notes (title);`,
		["3 error rebuild-loses"],
	],
	[
		"a trigger that a rebuild loses",
		`${notes} CREATE TRIGGER r AFTER INSERT ON notes BEGIN SELECT 1; END;`,
		rebuild(),
		["3 error rebuild-loses"],
	],
	[
		"a constraint that a rebuild loses",
		"CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT UNIQUE, body TEXT CHECK (body <> ''));",
		rebuild(),
		["3 note rebuild-loses", "3 note rebuild-loses"],
	],
	[
		"a rebuild that loses nothing",
		`${notes} CREATE INDEX by_title ON notes (title);`,
		`${rebuild()} CREATE INDEX by_title ON notes (title);`,
		[],
	],
	[
		"a table that is there in another shape",
		notes,
		"CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT);",
		["1 error if-not-exists-hides"],
	],
	[
		"a table that is there in this shape",
		notes,
		"CREATE TABLE IF NOT EXISTS notes (id integer primary key, title TEXT, body TEXT);",
		[],
	],
	[
		"an index of this name on another table",
		`${notes} CREATE TABLE old (a); CREATE INDEX i ON old (a);`,
		"CREATE INDEX IF NOT EXISTS i ON notes (title);",
		["1 error if-not-exists-hides"],
	],
	[
		"values that SELECT * swaps",
		"CREATE TABLE a (x, y); CREATE TABLE b (y, x);",
		"INSERT INTO b SELECT * FROM a;",
		["1 error select-star-copy"],
	],
	[
		"SELECT * with equal columns",
		"CREATE TABLE a (x, y); CREATE TABLE b (x, y);",
		"INSERT INTO b SELECT * FROM a; INSERT INTO a (y, x) SELECT y, x FROM b;",
		[],
	],
	[
		"SELECT * into named columns in another order",
		"CREATE TABLE a (x, y); CREATE TABLE b (x, y);",
		"INSERT INTO b (y, x) SELECT * FROM a;",
		["1 error select-star-copy"],
	],
	[
		"values that t.* swaps",
		"CREATE TABLE a (x, y); CREATE TABLE b (y, x);",
		"INSERT INTO b SELECT a.* FROM a;\nINSERT INTO b SELECT q . * FROM a AS q JOIN b;",
		["1 error select-star-copy", "2 error select-star-copy"],
	],
	[
		"values that SELECT * of a query swaps",
		"CREATE TABLE a (x, y); CREATE TABLE b (y, x);",
		"INSERT INTO b SELECT * FROM (SELECT * FROM a);\nWITH c AS (SELECT * FROM a) INSERT INTO b SELECT DISTINCT * FROM c;\nINSERT INTO b WITH c AS (SELECT * FROM a) SELECT * FROM c ORDER BY 2;\nINSERT INTO b SELECT y, x FROM a UNION ALL SELECT * FROM a WHERE 1 ON CONFLICT DO NOTHING;",
		["1 error select-star-copy", "2 error select-star-copy", "3 error select-star-copy", "4 error select-star-copy"],
	],
	[
		"SELECT * whose columns are those of the table, by their names or after others",
		"CREATE TABLE a (x, y); CREATE TABLE b (y, x, z AS (x)); CREATE TABLE j (n, x, y); CREATE TABLE k (p, q, r, s);",
		"INSERT INTO b SELECT * FROM (SELECT y, x FROM a); INSERT INTO j SELECT 1 AS x, a.* FROM a; INSERT INTO k SELECT * FROM a JOIN (SELECT 1 AS x, X'00' AS y); INSERT INTO b SELECT y, x FROM (SELECT * FROM a);",
		[],
	],
	[
		"a column that an empty table alone takes",
		notes,
		"ALTER TABLE notes ADD COLUMN a TEXT NOT NULL;",
		["1 warning needs-rows-check"],
	],
	[
		"a default that is computed",
		notes,
		"ALTER TABLE notes ADD COLUMN a TEXT DEFAULT CURRENT_TIMESTAMP;",
		["1 warning needs-rows-check"],
	],
	[
		"a column of a table that the file has made or emptied",
		notes,
		"CREATE TABLE t (a); ALTER TABLE t ADD COLUMN b NOT NULL; DELETE FROM notes; ALTER TABLE notes ADD COLUMN b NOT NULL;",
		[],
	],
	["a column with a constant default", notes, "ALTER TABLE notes ADD COLUMN a TEXT NOT NULL DEFAULT '';", []],
	[
		"SERIAL",
		"",
		"CREATE TABLE t (id SERIAL PRIMARY KEY, a STRING, b TEXT);",
		["1 error serial-primary-key", "1 note type-affinity"],
	],
	[
		"a PRAGMA without effect",
		"",
		"PRAGMA foreign_keys = ON;\nPRAGMA foreign_keys = OFF; PRAGMA foreign_keys; PRAGMA user_version = 1;",
		["1 warning no-effect-pragma", "2 note no-effect-pragma"],
	],
	[
		"what makes a batch, in a file that runs whole",
		notes,
		"DELETE FROM notes WHERE id > 1 /* godwit: AND id < 9 */;\nDELETE FROM notes WHERE id > 1; -- godwit: AND id < 9",
		["1 warning not-in-rounds"],
	],
	[
		"what makes a batch, in a file that runs in rounds",
		notes,
		"-- godwit: until-done\nDELETE FROM notes WHERE id > 1 /* godwit: AND id < 9 */;",
		[],
	],
	[
		"what is allowed to be a remark",
		notes,
		"-- godwit: allow not-in-rounds\nDELETE FROM notes WHERE id > 1 /* godwit: AND id < 9 */;",
		[],
	],
	["rounds of an INSERT that would have no end", notes + old, inserts(), ["2 warning endless-insert"]],
	[
		"rounds of an INSERT that leave out what is there in the comment alone",
		notes + old,
		inserts({ batch: "AND title NOT IN (SELECT title FROM notes) LIMIT 5" }),
		["2 warning endless-insert"],
	],
	[
		"rounds of an INSERT that leave out what is there",
		notes + old,
		inserts({ where: "NOT EXISTS (SELECT 1 FROM notes n WHERE n.id = old.id)" }),
		[],
	],
	[
		"rounds of an INSERT that look at what is there through a view",
		`${notes}${old} CREATE VIEW left_out AS SELECT * FROM old WHERE id NOT IN (SELECT id FROM notes);`,
		inserts({ from: "left_out" }),
		[],
	],
	["rounds of an INSERT OR IGNORE", notes + old, inserts({ verb: "INSERT OR IGNORE" }), []],
	["rounds of an INSERT that ignores a conflict", notes + old, inserts({ end: "ON CONFLICT (id) DO NOTHING" }), []],
	[
		"rounds of an INSERT into a table that ignores conflicts",
		`CREATE TABLE notes (id INTEGER, title TEXT UNIQUE ON CONFLICT IGNORE);${old}`,
		inserts(),
		[],
	],
	[
		"rounds of an INSERT whose trigger takes the rows away",
		`${notes}${old} CREATE TRIGGER r AFTER INSERT ON notes BEGIN DELETE FROM old WHERE id = new.id; END;`,
		inserts(),
		[],
	],
	["rounds of an INSERT that are allowed", notes + old, `-- godwit: allow endless-insert\n${inserts()}`, []],
	["a PRAGMA outside a transaction", "", "-- godwit: no-transaction\nPRAGMA foreign_keys = ON;", []],
	["rows that would be deleted", notes + tags, "DROP TABLE notes;", ["1 note drop-cascades", "1 error dangling"]],
	["rows that are deleted", notes + tags, "DROP TABLE tags; DELETE FROM notes WHERE id = 1;", []],
	[
		"rows that are deleted with foreign keys on",
		notes + tags,
		"DELETE FROM notes WHERE id = 1;",
		["1 error drop-cascades"],
		"x-foreign-keys=true",
	],
	[
		"a view of what is gone",
		`${notes} CREATE VIEW v AS SELECT title FROM notes;`,
		"DROP TABLE notes;",
		["1 error dangling"],
	],
	[
		"a trigger that names no column",
		notes,
		"CREATE TRIGGER r AFTER INSERT ON notes BEGIN DELETE FROM notes WHERE missing = 1; END;",
		["1 error dangling"],
	],
	["a reference to no column", notes, "CREATE TABLE t (a REFERENCES notes (missing));", ["1 error dangling"]],
	[
		"what was broken before",
		`${notes} CREATE VIEW v AS SELECT title FROM notes; DROP TABLE notes;`,
		"CREATE TABLE t (a);",
		[],
	],
	["a string in double quotes", notes, 'DELETE FROM notes WHERE title = "a";', ["1 error double-quoted-literal"]],
	[
		"a string in double quotes in a trigger",
		notes,
		'CREATE TRIGGER r AFTER INSERT ON notes BEGIN DELETE FROM notes WHERE title = "a"; END;',
		["1 error double-quoted-literal"],
	],
];

describe.each(backends)("the rules, on $name", (backend) => {
	for (const [what, setUp, file, expected, url = ""] of cases) {
		it(`find ${what}`, async () => {
			expect(found(await analysedFile(backend, file, { setUp, url }))).toEqual(expected);
		});
	}

	it.each([
		["UPDATE without a condition", "UPDATE notes SET title = '';", ["1 note every-row"]],
		["UPDATE of a new column", "ALTER TABLE notes ADD COLUMN a; UPDATE notes SET a = 1;", []],
		["DELETE without a condition", "DELETE FROM notes;", ["1 note every-row"]],
		[
			"a table of TEMP that hides the one of the file",
			"CREATE TABLE temp.Notes (title); DELETE FROM notes; UPDATE notes SET title = 1; ALTER TABLE main.notes ADD COLUMN a NOT NULL;",
			["1 error needs-rows-check"],
		],
		[
			"the table of the file, beside one of TEMP",
			"CREATE TABLE temp.notes (a);\nDELETE FROM main.notes;",
			["2 note every-row"],
		],
		["a column that rows do not take", "ALTER TABLE notes ADD COLUMN a NOT NULL;", ["1 error needs-rows-check"]],
		[
			"values that are there twice",
			"CREATE UNIQUE INDEX i ON notes (title COLLATE NOCASE);",
			["1 error needs-rows-check"],
		],
		["values that are there once", "CREATE UNIQUE INDEX i ON notes (title);", []],
		["values that a condition leaves out", "CREATE UNIQUE INDEX i ON notes (title COLLATE NOCASE) WHERE id > 1;", []],
		["an expression", "CREATE UNIQUE INDEX i ON notes (lower(title));", ["1 warning needs-rows-check"]],
		[
			"a table that was changed",
			"UPDATE notes SET title = '' WHERE id = 1; CREATE UNIQUE INDEX i ON notes (title);",
			["1 warning needs-rows-check"],
		],
		["a column that is filled", "ALTER TABLE notes ALTER COLUMN title SET NOT NULL;", []],
		["a column that is not", "ALTER TABLE notes ALTER COLUMN body SET NOT NULL;", ["1 error needs-rows-check"]],
		["a condition", "ALTER TABLE notes ADD CONSTRAINT c CHECK (id > 1);", ["1 error needs-rows-check"]],
	])("ask the rows about %s", async (_, file, expected) => {
		const setUp = `${notes} INSERT INTO notes VALUES (1, 'a', NULL), (2, 'A', NULL), (3, NULL, NULL), (4, NULL, NULL);`;
		const filled = file.includes("COLUMN title") ? `${setUp} UPDATE notes SET title = id;` : setUp;
		expect(found(await analysedFile(backend, file, { setUp: filled, rows: true }))).toEqual(expected);
	});

	it.each([
		["a word of SQL's", 'CREATE UNIQUE INDEX i ON t ("order");', "1 values of t (order) are"],
		["a word of SQL's, in a condition", 'CREATE UNIQUE INDEX i ON t ("group" COLLATE NOCASE) WHERE "order" > 0;', ""],
		["no plain word, in a condition", `CREATE UNIQUE INDEX i ON t ("a ""b") WHERE [it's] <> 'it''s' -- or not\n;`, ""],
		[
			"a letter that SQLite does not fold",
			'CREATE UNIQUE INDEX i ON t ("Ä") WHERE "Ä" >= \'\';',
			"1 values of t (Ä) are",
		],
		[
			"a word of SQL's that is to be filled",
			'ALTER TABLE t ALTER COLUMN "order" SET NOT NULL;',
			"1 rows of t have no order",
		],
		["a text in single quotes", "ALTER TABLE t ALTER COLUMN 'order' SET NOT NULL;", "1 rows of t have no order"],
		["a letter, to be filled", "ALTER TABLE t ALTER COLUMN Ä SET NOT NULL;", ""],
		[
			"a word of SQL's, in a CHECK",
			'ALTER TABLE t ADD CONSTRAINT "check" CHECK ("order" <> 5 AND "Ä" != \'y\');',
			"3 rows of t are against",
		],
	])("ask the rows by a column that is called by %s", async (_, file, expected) => {
		const setUp = `CREATE TABLE t ("order" INT, "group" TEXT, "a ""b" INT, "it's" TEXT, "Ä" TEXT);
			INSERT INTO t VALUES (5, 'x', 1, 'it''s', 'y'), (5, 'y', 1, 'x', 'y'), (NULL, 'X', 2, 'x', 'y');`;
		const { findings } = await analysedFile(backend, file, { setUp, rows: true });
		expect(findings.map(({ rule }) => rule)).toEqual(expected === "" ? [] : ["needs-rows-check"]);
		if (expected !== "") expect(findings[0]?.message).toContain(expected);
	});

	it("say that the rows cannot be asked where the database refuses the question", async () => {
		const file = "ALTER TABLE notes ADD CONSTRAINT c CHECK (mine(title) > 0);";
		const { findings } = await analysedFile(backend, file, { setUp: notes, rows: true });
		expect(findings).toMatchObject([{ rule: "needs-rows-check", level: "warning" }]);
		expect(findings[0]?.message).toContain("cannot be asked: no such function: mine");
	});

	it("tell names apart that differ in a letter which SQLite does not fold", async () => {
		const setUp = 'CREATE TABLE "Ö" (a); INSERT INTO "Ö" VALUES (1);';
		const make = 'CREATE TABLE IF NOT EXISTS "ö" (b);';
		expect(found(await analysedFile(backend, make, { setUp }))).toEqual([]);
		const add = `${make} ALTER TABLE "ö" ADD COLUMN c NOT NULL;\nALTER TABLE Ö ADD COLUMN c NOT NULL;`;
		expect(found(await analysedFile(backend, add, { setUp, rows: true }))).toEqual(["2 error needs-rows-check"]);
	});

	it("use the triggers of a table whose columns are called by words of SQL's", async () => {
		const setUp = 'CREATE TABLE t ("order" INT, "group" TEXT, "Ä" TEXT, twice AS ("order" * 2));';
		const trigger = (column: string): string =>
			`CREATE TRIGGER r AFTER UPDATE OF "Ä" ON t BEGIN UPDATE t SET ${column} = 1; END;`;
		expect(found(await analysedFile(backend, trigger('"group"'), { setUp }))).toEqual([]);
		expect(found(await analysedFile(backend, trigger("missing"), { setUp }))).toEqual(["1 error dangling"]);
	});

	it.each([
		["DELETE", "DELETE FROM notes;", "deletes every row of notes"],
		["UPDATE", "UPDATE OR IGNORE main.notes SET title = 'a';", "changes title in every row of notes"],
	])("take the table that %s names, and not that of its trigger", async (verb, statement, message) => {
		const setUp = `${notes} INSERT INTO notes (id) VALUES (1); CREATE TABLE log (a); INSERT INTO log VALUES (1); CREATE TRIGGER r AFTER ${verb} ON notes BEGIN INSERT INTO log (a) VALUES (1); END;`;
		const file = `${statement}\nALTER TABLE log ADD COLUMN b NOT NULL;`;
		const { findings } = await analysedFile(backend, file, { setUp, rows: true });
		expect(findings.map(({ line, rule, message }) => [line, rule, message.split(";")[0]])).toEqual([
			[1, "every-row", message],
			[2, "needs-rows-check", expect.any(String)],
		]);
	});

	it("say how many rows are in the way", async () => {
		const setUp = `${notes} WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1234) INSERT INTO notes SELECT i, 'x', 'y' FROM n;`;
		const { findings } = await analysedFile(backend, "ALTER TABLE notes ADD COLUMN a NOT NULL;", { setUp, rows: true });
		expect(findings[0]?.message).toContain("notes has 1,234 rows");
	});

	it("are not asked for a table that an earlier file makes", async () => {
		const make = "CREATE TABLE a (x); CREATE TABLE b AS SELECT x FROM a; CREATE TABLE c (x); INSERT INTO c VALUES (1);";
		const add = ["a", "b", "c"].map((table) => `ALTER TABLE ${table} ADD COLUMN y NOT NULL;`).join("\n");
		const { files } = await analysed(backend, [make, add], { rows: true });
		expect(files[1] && found(files[1])).toEqual(["2 warning needs-rows-check", "3 warning needs-rows-check"]);
	});

	it("are not asked for an empty table", async () => {
		const file = "ALTER TABLE notes ADD COLUMN a NOT NULL; CREATE UNIQUE INDEX i ON notes (title);";
		expect(
			found(await analysedFile(backend, file.slice(0, file.indexOf(";") + 1), { setUp: notes, rows: true })),
		).toEqual([]);
	});

	it("let a file, or one statement, break them", async () => {
		const star = "CREATE TABLE a (x, y); CREATE TABLE b (y, x);";
		const copy = "INSERT INTO b SELECT * FROM a;";
		const files = [
			`-- godwit: allow select-star-copy, dangling\n${copy} ${copy}`,
			`SELECT 1;\n-- godwit: allow select-star-copy\n${copy}\n${copy}`,
			`SELECT 1;\n-- godwit: allow select-star-copy\n\n${copy}`,
		];
		const { files: results } = await analysed(backend, files, { setUp: star });
		expect(results.map(found)).toEqual([[], ["4 error select-star-copy"], ["4 error select-star-copy"]]);
		expect(results[0]?.allows).toEqual(["select-star-copy", "dangling"]);
	});

	it("begin each file with the PRAGMAs of a new connection, as a run does", async () => {
		const setUp = `${notes} CREATE VIEW v AS SELECT title FROM notes;`;
		const file = `PRAGMA legacy_alter_table = ON; ${rebuild()}`;
		const { files } = await analysed(backend, [file, rebuild()], { setUp });
		expect(files.map(({ fails }) => fails)).toEqual([false, true]);
	});

	it("allow a statement of a body that is read in pieces", async () => {
		const long = `SELECT 1;\n${"-- a comment\n".repeat(20_000)}-- godwit: allow needs-rows-check\n`;
		const { findings } = await analysedFile(backend, `${long}ALTER TABLE notes ADD COLUMN a NOT NULL;`, {
			setUp: notes,
		});
		expect(findings).toEqual([]);
	});

	it("say which rule does not exist", async () => {
		const { findings } = await analysedFile(backend, "SELECT 1;\n  -- godwit: allow dangeling\nSELECT 2;");
		expect(findings).toMatchObject([{ rule: "fails", level: "error", line: 2, column: 3 }]);
		expect(findings[0]?.message).toContain('did you mean "-- godwit: allow dangling"?');
	});
});
