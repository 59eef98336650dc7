import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { SqliteConnection, SqlRow } from "../../src/connection/sqlite-connection.ts";
import { readStructure } from "../../src/structure/read-structure.ts";

/** What reading a structure needs of a binding. */
function connect(database: DatabaseSync): SqliteConnection {
	const query: SqliteConnection["query"] = (sql, parameters = []) => {
		const statement = database.prepare(sql);
		statement.setReadBigInts(true);
		return statement.all(...parameters) as unknown as readonly SqlRow[];
	};
	return { query } as SqliteConnection;
}

function structureOf(sql: string): readonly string[] {
	const database = new DatabaseSync(":memory:");
	try {
		database.exec(sql);
		return readStructure(connect(database), (table) => table === "schema_migrations");
	} finally {
		database.close();
	}
}

describe("the structure of a database", () => {
	it("tells NOT NULL and a default by lines of less weight", () => {
		const plain = structureOf("CREATE TABLE t (a INT, b TEXT)");
		const strict = structureOf("CREATE TABLE t (a INT NOT NULL DEFAULT 5, b TEXT)");
		expect(strict.filter((line) => !plain.includes(line))).toEqual(["detail t a notnull=1 default=5"]);
		expect(plain.filter((line) => !strict.includes(line))).toEqual(["detail t a notnull=0 default=none"]);
	});

	it.each([
		["case, quotes, comments and space", "CREATE TABLE t (a INT)", 'create table "T" ( -- the a\n [a]  int /* x */ )'],
		["the order of columns", "CREATE TABLE t (a INT, b TEXT)", "CREATE TABLE t (b TEXT, a INT)"],
		["a constraint of the column or the table", "CREATE TABLE t (a INT UNIQUE)", "CREATE TABLE t (a INT, UNIQUE (a))"],
		[
			"a constraint's name",
			"CREATE TABLE t (a INT CHECK (a > 1))",
			"CREATE TABLE t (a INT CONSTRAINT big CHECK ((a > 1)))",
		],
		[
			"the primary key of a parent",
			"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p)",
			"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES p (id) ON DELETE NO ACTION)",
		],
		["parentheses around a default", "CREATE TABLE t (a DEFAULT 5)", "CREATE TABLE t (a DEFAULT (5))"],
		["a default of NULL", "CREATE TABLE t (a)", "CREATE TABLE t (a DEFAULT NULL)"],
		["a column that was added", "CREATE TABLE t (a, b)", "CREATE TABLE t (a); ALTER TABLE t ADD COLUMN b"],
		["a table that was renamed", "CREATE TABLE t (a)", "CREATE TABLE u (a); ALTER TABLE u RENAME TO t"],
		[
			"what SQLite keeps for itself",
			"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
			"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t DEFAULT VALUES; ANALYZE",
		],
		[
			"the time of a trigger",
			"CREATE TABLE t (a); CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; END",
			"CREATE TABLE t (a); CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT 1; END",
		],
		["own tables", "CREATE TABLE t (a)", "CREATE TABLE t (a); CREATE TABLE schema_migrations (version uint64)"],
	])("does not depend on %s", (_, one, other) => {
		expect(structureOf(other)).toEqual(structureOf(one));
		expect(structureOf(one)).not.toEqual([]);
	});

	const parent = "CREATE TABLE p (id INTEGER PRIMARY KEY, n INT UNIQUE);";
	it.each([
		["a table", "CREATE TABLE t (a)", "CREATE TABLE u (a)"],
		["STRICT", "CREATE TABLE t (a INT)", "CREATE TABLE t (a INT) STRICT"],
		["WITHOUT ROWID", "CREATE TABLE t (a PRIMARY KEY)", "CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID"],
		["a column", "CREATE TABLE t (a)", "CREATE TABLE t (a, b)"],
		["a type", "CREATE TABLE t (a INT)", "CREATE TABLE t (a TEXT)"],
		["NOT NULL", "CREATE TABLE t (a)", "CREATE TABLE t (a NOT NULL)"],
		["a default", "CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT 2)"],
		["a default's case", "CREATE TABLE t (a DEFAULT 'x')", "CREATE TABLE t (a DEFAULT 'X')"],
		["a quote in a default", "CREATE TABLE t (a DEFAULT 'x''y')", "CREATE TABLE t (a DEFAULT 'x''z')"],
		["CHECK", "CREATE TABLE t (a CHECK (a > 1))", "CREATE TABLE t (a CHECK (a > 2))"],
		["AUTOINCREMENT", "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)"],
		["a collation", "CREATE TABLE t (a TEXT)", "CREATE TABLE t (a TEXT COLLATE NOCASE)"],
		["a generated column", "CREATE TABLE t (a, b AS (a + 1))", "CREATE TABLE t (a, b AS (a + 2))"],
		["ON CONFLICT", "CREATE TABLE t (a UNIQUE ON CONFLICT IGNORE)", "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)"],
		[
			"the constraint of ON CONFLICT",
			"CREATE TABLE t (a NOT NULL ON CONFLICT IGNORE UNIQUE)",
			"CREATE TABLE t (a NOT NULL UNIQUE ON CONFLICT IGNORE)",
		],
		["a foreign key", `${parent}CREATE TABLE t (a REFERENCES p)`, `${parent}CREATE TABLE t (a REFERENCES p (n))`],
		[
			"what a foreign key does",
			`${parent}CREATE TABLE t (a REFERENCES p)`,
			`${parent}CREATE TABLE t (a REFERENCES p ON DELETE CASCADE)`,
		],
		[
			"when a foreign key is checked",
			`${parent}CREATE TABLE t (a REFERENCES p)`,
			`${parent}CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED)`,
		],
		["an index", "CREATE TABLE t (a, b); CREATE INDEX i ON t (a)", "CREATE TABLE t (a, b); CREATE INDEX i ON t (b)"],
		[
			"UNIQUE of an index",
			"CREATE TABLE t (a); CREATE INDEX i ON t (a)",
			"CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (a)",
		],
		[
			"the order in an index",
			"CREATE TABLE t (a); CREATE INDEX i ON t (a)",
			"CREATE TABLE t (a); CREATE INDEX i ON t (a DESC)",
		],
		[
			"the condition of an index",
			"CREATE TABLE t (a); CREATE INDEX i ON t (a) WHERE a > 1",
			"CREATE TABLE t (a); CREATE INDEX i ON t (a) WHERE a > 2",
		],
		[
			"the expression of an index",
			"CREATE TABLE t (a); CREATE INDEX i ON t (lower(a))",
			"CREATE TABLE t (a); CREATE INDEX i ON t (upper(a))",
		],
		["a view", "CREATE VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT 2"],
		[
			"a trigger",
			"CREATE TABLE t (a); CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1; END",
			"CREATE TABLE t (a); CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 2; END",
		],
		["a virtual table", "CREATE VIRTUAL TABLE f USING fts5 (a)", "CREATE VIRTUAL TABLE f USING fts5 (b)"],
	])("shows another one by %s", (_, one, other) => {
		expect(structureOf(other)).not.toEqual(structureOf(one));
	});
});
