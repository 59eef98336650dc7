import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

/** Each child table has one row that points to no row of `parent`. */
const SCHEMA = `
	CREATE TABLE parent (id INTEGER PRIMARY KEY);
	INSERT INTO parent VALUES (1);
	CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent);
	INSERT INTO child VALUES (10, 5), (11, 1);
	CREATE TABLE named (name TEXT PRIMARY KEY, p REFERENCES parent);
	INSERT INTO named VALUES ('x', 1), ('a', 5), ('b', 1);
	DELETE FROM named WHERE name = 'x';
	CREATE TABLE tag (name TEXT PRIMARY KEY, p REFERENCES parent) WITHOUT ROWID;
	INSERT INTO tag VALUES ('a', 5), ('b', 1);
	CREATE TABLE bare (p REFERENCES parent);
	INSERT INTO bare VALUES (1), (5);
	DELETE FROM bare WHERE p = 1;
	CREATE TABLE plain (a);
	INSERT INTO plain VALUES (1);
`;

const REBUILD_NAMED = `
	CREATE TABLE new_named (name TEXT PRIMARY KEY, p TEXT REFERENCES parent);
	INSERT INTO new_named SELECT name, p FROM named;
	DROP TABLE named;
	ALTER TABLE new_named RENAME TO named;
`;

const url = "x-foreign-key-check=true";

describe.each(backends)("x-foreign-key-check=true over old violations, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		db.exec(`PRAGMA foreign_keys=OFF; ${SCHEMA}`);
	});

	afterEach(() => db[Symbol.dispose]());

	it.each([
		["renames a table", "ALTER TABLE child RENAME TO kid;"],
		[
			"renames a table twice, and its column",
			"ALTER TABLE child RENAME TO a; ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME p TO q;",
		],
		["renames the table that they point to", "ALTER TABLE parent RENAME TO elder;"],
		[
			"swaps two tables",
			"ALTER TABLE child RENAME TO swap; ALTER TABLE named RENAME TO child; ALTER TABLE swap RENAME TO named;",
		],
		["makes a table anew, with other rowids and another type", REBUILD_NAMED],
		[
			"makes a table anew under its own name",
			"ALTER TABLE named RENAME TO old; CREATE TABLE named (name, p REFERENCES parent); INSERT INTO named SELECT * FROM old; DROP TABLE old;",
		],
		["numbers rows anew", "-- godwit: no-transaction\nVACUUM;"],
		["changes the key of a row without rowid", "UPDATE tag SET name = 'c' WHERE name = 'a';"],
		["drops a table", "DROP TABLE child;"],
	])("allows a file that %s", async (_, body) => {
		await db.up(ups(body), { url });
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it.each([
		["row 10 of child", "points one of them elsewhere", "UPDATE child SET p = 99 WHERE id = 10;"],
		["row 11 of child", "moves one to another row", "UPDATE child SET p = 6 - p;"],
		[
			"row 10 of kid",
			"does so in a table that it renames",
			"UPDATE child SET p = 99 WHERE id = 10; ALTER TABLE child RENAME TO kid;",
		],
		[
			"a row of tag",
			"replaces one in a table without rowid",
			"DELETE FROM tag WHERE name = 'a'; INSERT INTO tag VALUES ('z', 77);",
		],
		["a row of tag", "points one of a table without rowid elsewhere", "UPDATE tag SET p = 99 WHERE name = 'a';"],
		["a row of tag", "adds one like it to a table without rowid", "INSERT INTO tag VALUES ('c', 5);"],
		[
			"a row of named",
			"adds one like it to a table that it makes anew",
			`${REBUILD_NAMED} INSERT INTO named VALUES ('c', 5);`,
		],
		["row 3 of named", "adds one to a table that it makes anew", `${REBUILD_NAMED} INSERT INTO named VALUES ('c', 6);`],
		[
			"row 1 of plain",
			"adds a column that points to no row",
			"ALTER TABLE plain ADD COLUMN p REFERENCES parent DEFAULT 5;",
		],
		[
			"row 10 of copy",
			"copies one",
			"CREATE TABLE copy (id INTEGER PRIMARY KEY, p REFERENCES parent); INSERT INTO copy SELECT * FROM child;",
		],
		[
			"row 1 of new",
			"drops one and adds one elsewhere",
			"DROP TABLE child; CREATE TABLE new (p REFERENCES parent); INSERT INTO new VALUES (5);",
		],
	])("refuses, for %s, a file that %s", async (row, _, body) => {
		const { cause } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(body), { url }));
		expect(cause.details.violations).toEqual([`${row} points to a row of parent that does not exist`]);
		expect(await db.version()).toEqual({ version: -1n, dirty: false });
	});

	it("counts rows that are alike, and names the first where all of them are new", async () => {
		const more = `${REBUILD_NAMED} INSERT INTO named VALUES ('c', 5), ('d', 5), ('e', 6), ('f', 6), ('g', 6);`;
		const { cause } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(more), { url }));
		expect([...cause.details.violations].sort()).toEqual([
			"2 rows of named point to a row of parent that does not exist",
			"3 rows of named point to a row of parent that does not exist, the first is row 5",
		]);
		expect(cause.message).toContain("the migration breaks 5 foreign keys");
	});

	it("finds in a table without rowid what SQLite finds, whatever the types and collations", async () => {
		const types = [
			"INTEGER PRIMARY KEY",
			"TEXT UNIQUE",
			"TEXT COLLATE NOCASE UNIQUE",
			"NUMERIC UNIQUE",
			"REAL UNIQUE",
			"UNIQUE",
		];
		const values = ["1", "'1'", "'01'", "1.0", "'1.0'", "x'31'", "'a'", "'A'", "2.5", "9007199254740993", "NULL"];
		const tables = types.flatMap((type, at) => [
			`CREATE TABLE p${at} (k ${type});`,
			...["1", "'1.0'", "'a'", "x'31'"].map((value) => `INSERT OR IGNORE INTO p${at} VALUES (${value});`),
			...["", "TEXT", "INTEGER", "REAL"].map(
				(child, n) =>
					`CREATE TABLE c${at}_${n} (id INTEGER PRIMARY KEY, v ${child} REFERENCES p${at} (k)) WITHOUT ROWID;
					INSERT INTO c${at}_${n} (id, v) VALUES ${values.map((value, id) => `(${id}, ${value})`).join()};`,
			),
		]);
		// An INTEGER PRIMARY KEY takes no other values.
		const body = tables.join("\n").replaceAll(/INSERT OR IGNORE INTO p0 VALUES \((?!1\)).*?\);/g, "");
		const { cause } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(body), { url }));
		await db.up(ups(body));
		const found = db.all("PRAGMA foreign_key_check").filter(({ table }) => /^c\d/.test(String(table)));
		expect(found.length).toBeGreaterThan(50);
		expect(cause.message).toContain(`the migration breaks ${found.length} foreign keys`);
	});

	it("compares keys of several columns, keys that name none, and rows whose rowid has no name", async () => {
		const tables = `
			CREATE TABLE two (a, b, PRIMARY KEY (a, b));
			CREATE TABLE kid (id PRIMARY KEY, x, y, FOREIGN KEY (x, y) REFERENCES two) WITHOUT ROWID;
			INSERT INTO kid VALUES (1, 1, 2), (2, 1, NULL);
			CREATE TABLE shadowed (rowid, _rowid_, oid, p REFERENCES parent);
			INSERT INTO shadowed VALUES (1, 1, 1, 5);
			CREATE TABLE half (rowid TEXT, p REFERENCES gone);
			INSERT INTO half VALUES ('r', 5);
			CREATE TABLE lost (id PRIMARY KEY, p REFERENCES gone) WITHOUT ROWID;
			INSERT INTO lost VALUES (1, 5);
		`;
		await db.up(ups(tables));
		const same =
			"UPDATE kid SET id = 3 WHERE id = 1; UPDATE shadowed SET oid = 2; UPDATE half SET rowid = 's'; UPDATE lost SET id = 4;";
		await db.up(ups(tables, same), { url });
		const worse = "UPDATE kid SET y = 3; UPDATE shadowed SET p = 6; UPDATE half SET p = 6; UPDATE lost SET p = 6;";
		const { cause } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(tables, same, worse), { url }));
		expect([...cause.details.violations].sort()).toEqual([
			"2 rows of kid point to a row of two that does not exist",
			"a row of lost points to a row of gone that does not exist",
			"a row of shadowed points to a row of parent that does not exist",
			"row 1 of half points to a row of gone that does not exist",
		]);
	});

	it("leaves no temporary table behind, in a transaction and outside one, after success and failure", async () => {
		const connection = backend.connect(db.path);
		await using driver = connection.withInstance({ foreignKeyCheck: true });
		for (const start of ["", "-- godwit: no-transaction\n"]) {
			await driver.run(textBody(`${start}CREATE TABLE a (x); DROP TABLE a;`));
			await failure("ERR_FOREIGN_KEY", driver.run(textBody(`${start}UPDATE child SET p = 99 - p;`)));
			await failure("ERR_SQL", driver.run(textBody(`${start}SELECT nothing;`)));
			expect(connection.all("SELECT name FROM sqlite_temp_schema")).toEqual([]);
		}
		await driver.close();
		connection.close();
	});

	it("makes none where there is no violation, so that all files may say where such tables are kept", async () => {
		db.exec(
			"DELETE FROM child WHERE p = 5; DELETE FROM named WHERE p = 5; DELETE FROM tag WHERE p = 5; DROP TABLE bare;",
		);
		await db.up(ups("PRAGMA temp_store = 1;", "PRAGMA temp_store = 2;"), { url, transaction: "all" });
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("says so when the file has deleted what was noted", async () => {
		const body = "-- godwit: no-transaction\nPRAGMA temp_store = 1;";
		const { cause } = await failedMigration("ERR_DATABASE", db.up(ups(body), { url }));
		expect(cause.message).toContain("leave PRAGMA temp_store out, or x-foreign-key-check");
	});
});
