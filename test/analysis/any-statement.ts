import fc from "fast-check";

/** Every kind of table that statements meet: keys of three kinds, triggers, views, WITHOUT ROWID, generated, virtual. */
export const SCHEMA = `
CREATE TABLE p0 (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b INTEGER UNIQUE);
CREATE TABLE p1 (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x', b INTEGER, up INTEGER REFERENCES p1 (id) ON DELETE CASCADE);
CREATE TABLE cascading (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p0 (id) ON DELETE CASCADE ON UPDATE CASCADE, a TEXT);
CREATE TABLE setting (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p1 (id) ON DELETE SET NULL, a TEXT);
CREATE TABLE deep (c INTEGER REFERENCES cascading (id) ON DELETE CASCADE, a TEXT);
CREATE TABLE pairs (a, b, n INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER, twice AS (a * 2) STORED, thrice AS (a * 3));
CREATE TABLE log (entry TEXT);
CREATE TABLE counted (n INTEGER);
CREATE INDEX p0_a ON p0 (a);
CREATE INDEX p1_part ON p1 (b) WHERE b > 1;
CREATE INDEX made_by ON made (a + 1);
CREATE VIEW joined AS SELECT p0.id, p0.a, cascading.a AS other FROM p0 LEFT JOIN cascading ON cascading.p = p0.id;
CREATE TRIGGER p0_log AFTER DELETE ON p0 BEGIN INSERT INTO log VALUES (old.a); END;
CREATE TRIGGER log_count AFTER INSERT ON log BEGIN UPDATE counted SET n = n + 1; END;
CREATE TRIGGER p1_before BEFORE UPDATE OF b ON p1 WHEN new.b > 2 BEGIN DELETE FROM pairs WHERE n = new.b; END;
CREATE TRIGGER joined_insert INSTEAD OF INSERT ON joined BEGIN INSERT INTO p0 (a) VALUES (new.a); INSERT INTO log VALUES ('v'); END;
CREATE VIRTUAL TABLE words USING fts5(body);
`;

export const ROWS = `
INSERT INTO p0 (id, a, b) VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
INSERT INTO p1 (id, a, b, up) VALUES (1, 'a', 1, NULL), (2, 'b', 2, 1), (3, 'c', 3, 2);
INSERT INTO cascading VALUES (1, 1, 'a'), (2, 2, 'b'), (3, NULL, 'c');
INSERT INTO setting VALUES (1, 1, 'a'), (2, 3, 'b');
INSERT INTO deep VALUES (1, 'a'), (2, 'b');
INSERT INTO pairs VALUES (1, 1, 1), (1, 2, 2), (2, 2, 3);
INSERT INTO made (id, a) VALUES (1, 1), (2, 2);
INSERT INTO counted VALUES (0);
INSERT INTO words VALUES ('one two'), ('three');
`;

/** A kind of statement, with numbers from 0 to 3 in it. */
type Template = (n: number, m: number) => string;

const table = (n: number): string => ["p0", "p1", "cascading", "setting"][n] ?? "p0";

/** Statements of every kind that a migration may have. Many fail, on some rows or after some others, as they do in life. */
export const TEMPLATES: Readonly<Record<string, Template>> = {
	insert: (n, m) => `INSERT INTO ${table(n)} (a) VALUES ('${m}')`,
	insertMany: (n) => `INSERT INTO log SELECT a FROM ${table(n)}`,
	insertDefault: (n) => `INSERT INTO ${table(n)} DEFAULT VALUES`,
	insertOrIgnore: (n, m) => `INSERT OR IGNORE INTO p0 (id, b) VALUES (${n}, ${m})`,
	replace: (n, m) => `REPLACE INTO p0 (id, b) VALUES (${n + 1}, ${m})`,
	insertOrReplace: (n) => `INSERT OR REPLACE INTO p1 (id) VALUES (${n + 1})`,
	upsert: (n, m) => `INSERT INTO pairs VALUES (${n}, ${m}, 9) ON CONFLICT (a, b) DO UPDATE SET n = n + 1`,
	returning: (n) => `INSERT INTO p1 (b) VALUES (${n}) RETURNING id`,
	instead: () => "INSERT INTO joined (a) VALUES ('z')",
	recursive: (n) =>
		`WITH RECURSIVE t (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM t WHERE i < ${n + 2}) INSERT INTO log SELECT i FROM t`,
	insertDangling: (n) => `INSERT INTO cascading (p) VALUES (${n * 7})`,
	update: (n, m) => `UPDATE ${table(n)} SET a = '${m}' WHERE id = ${m}`,
	updateAll: (n) => `UPDATE ${table(n)} SET a = a || '!'`,
	updateKey: (n) => `UPDATE p0 SET id = id + 10 WHERE id = ${n}`,
	updateTriggering: (n) => `UPDATE p1 SET b = ${n} WHERE id = 2`,
	updateDangling: (n) => `UPDATE setting SET p = ${n * 7}`,
	updateFrom: () => "UPDATE setting SET a = p1.a FROM p1 WHERE p1.id = setting.p",
	updateOrReplace: (n) => `UPDATE OR REPLACE p0 SET b = 1 WHERE id = ${n}`,
	updateGenerated: (n) => `UPDATE made SET a = ${n}`,
	updateWithoutRowid: (n) => `UPDATE pairs SET b = ${n} WHERE a = 2`,
	delete: (n, m) => `DELETE FROM ${table(n)} WHERE id = ${m}`,
	deleteAll: (n) => `DELETE FROM ${table(n)}`,
	deleteByQuery: () => "DELETE FROM pairs WHERE n IN (SELECT id FROM p0)",
	deleteWith: () => "WITH gone AS (SELECT id FROM p1 WHERE b = 2) DELETE FROM p1 WHERE id IN (SELECT id FROM gone)",
	virtualInsert: (n) => `INSERT INTO words VALUES ('word ${n}')`,
	virtualDelete: () => "DELETE FROM words WHERE words MATCH 'two'",
	virtualCommand: () => "INSERT INTO words (words) VALUES ('rebuild')",
	virtualRename: () => "ALTER TABLE words RENAME TO terms",
	virtualDrop: () => "DROP TABLE words",
	createTable: (n) => `CREATE TABLE new${n} (x REFERENCES p0)`,
	createExisting: () => "CREATE TABLE IF NOT EXISTS log (entry TEXT)",
	createFromQuery: (n, m) => `CREATE TABLE copy${m} AS SELECT * FROM ${table(n)}`,
	createTemporary: () => "CREATE TEMP TABLE IF NOT EXISTS passing AS SELECT * FROM p0",
	createIndex: (n) => `CREATE INDEX i${n} ON ${table(n)} (a)`,
	createWithoutRowid: (n) => `CREATE INDEX w${n} ON pairs (n)`,
	dropOfWithoutRowid: () => "ALTER TABLE pairs DROP COLUMN n",
	createUnique: (n) => `CREATE UNIQUE INDEX u${n} ON ${table(n)} (a)`,
	createView: (n) => `CREATE VIEW v${n} AS SELECT a FROM ${table(n)}`,
	createTrigger: (n) =>
		`CREATE TRIGGER r${n} AFTER INSERT ON ${table(n)} BEGIN INSERT INTO log VALUES ('r'); UPDATE made SET a = a + 1; END`,
	createVirtual: (n) => `CREATE VIRTUAL TABLE f${n} USING fts5(x)`,
	dropTable: (n) => `DROP TABLE ${table(n)}`,
	dropTableMaybe: (n) => `DROP TABLE IF EXISTS new${n}`,
	dropWithoutRowid: () => "DROP TABLE pairs",
	dropIndex: () => "DROP INDEX IF EXISTS p0_a",
	dropView: () => "DROP VIEW joined",
	dropTrigger: () => "DROP TRIGGER IF EXISTS p0_log",
	addColumn: (n, m) => `ALTER TABLE ${table(n)} ADD COLUMN c${m} TEXT`,
	addDefault: (n, m) => `ALTER TABLE ${table(n)} ADD COLUMN d${m} TEXT NOT NULL DEFAULT 'd'`,
	addNotNull: (n) => `ALTER TABLE ${table(n)} ADD COLUMN e TEXT NOT NULL`,
	addReference: (n) => `ALTER TABLE ${table(n)} ADD COLUMN f INTEGER REFERENCES p1 (id)`,
	dropColumn: (n, m) => `ALTER TABLE ${table(n)} DROP COLUMN c${m}`,
	renameColumn: (n, m) => `ALTER TABLE ${table(n)} RENAME COLUMN ${m === 0 ? "b" : `c${m}`} TO g${m}`,
	renameTable: (n) => `ALTER TABLE new${n} RENAME TO newer${n}`,
	renameParent: () => "ALTER TABLE p1 RENAME TO p9",
	setNotNull: (n) => `ALTER TABLE ${table(n)} ALTER COLUMN a SET NOT NULL`,
	dropNotNull: () => "ALTER TABLE p1 ALTER COLUMN a DROP NOT NULL",
	addCheck: (n) => `ALTER TABLE ${table(n)} ADD CONSTRAINT k CHECK (id > 0)`,
	reindex: () => "REINDEX",
	analyze: () => "ANALYZE",
	select: (n) => `SELECT * FROM ${table(n)} JOIN log`,
	pragma: () => "PRAGMA foreign_keys = ON",
};

export interface AnyStatement {
	readonly kind: string;
	readonly sql: string;
}

/** One kind at a time, so that each comes often enough. */
export const anyStatements: fc.Arbitrary<readonly AnyStatement[]> = fc.array(
	fc
		.tuple(fc.constantFrom(...Object.keys(TEMPLATES)), fc.nat({ max: 3 }), fc.nat({ max: 3 }))
		.map(([kind, n, m]) => ({ kind, sql: TEMPLATES[kind]?.(n, m) ?? "" })),
	{ minLength: 4, maxLength: 14 },
);
