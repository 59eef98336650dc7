import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const SCHEMA = `CREATE TABLE "P one" (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES "p ONE" (id));
	CREATE TABLE other (a); INSERT INTO "P one" VALUES (1); INSERT INTO c VALUES (1);`;

/** The table rebuild in the wrong order: the rename takes the references with it. */
const REBUILD = `ALTER TABLE "P one" RENAME TO p_old;
	CREATE TABLE "P one" (id INTEGER PRIMARY KEY, n);
	INSERT INTO "P one" (id) SELECT id FROM p_old;
	DROP TABLE p_old;
`;

describe.each(backends)("a file that leaves references to a table that it takes away, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	it("is refused with the statement that did it and the cure, and rolled back", async () => {
		await db.up(ups(SCHEMA));
		const before = db.schema();
		const { failed, cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(SCHEMA, REBUILD)));
		expect(cause.details).toEqual({
			sql: "DROP TABLE p_old;",
			line: 4,
			column: 2,
			parent: "p_old",
			tables: ["c"],
		});
		expect(cause.message).toMatch(
			/^after DROP TABLE p_old foreign keys of c refer to p_old, which is not there any more; change or drop those tables too, or, to rebuild one, .* \(x-dangling-references=allow permits it\)$/,
		);
		expect(failed.details.dirty).toBe(false);
		expect(db.schema()).toEqual(before);
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it("is refused in a run of one transaction too, and in golang-migrate's way is dirty", async () => {
		await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(SCHEMA, REBUILD), { transaction: "all" }));
		expect(await db.version()).toEqual({ version: -1n, dirty: false });
		await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(SCHEMA, REBUILD), { url: "x-atomic=false" }));
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
		expect(db.all("SELECT * FROM c")).toEqual([{ p: 1n }]);
		expect(db.all(`SELECT * FROM "p one"`)).toEqual([{ id: 1n }]);
	});

	it("is dirty when it runs outside a transaction", async () => {
		const outside = `-- godwit: no-transaction\n${REBUILD}`;
		const { cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(SCHEMA, outside)));
		expect(cause.details.line).toBe(5);
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
	});

	it("is applied with x-dangling-references=allow", async () => {
		await db.up(ups(SCHEMA, REBUILD), { url: "x-dangling-references=allow" });
		expect(db.all("SELECT sql FROM sqlite_schema WHERE name = 'c'")).toEqual([
			{ sql: 'CREATE TABLE c (p REFERENCES "p_old" (id))' },
		]);
	});

	it.each([
		`DROP TABLE "p one";`,
		"drop /* a */ table IF exists [P ONE] -- b",
		"DROP TABLE main . 'p one';",
		'DROP TABLE "MAIN".`p one`;',
		`ALTER TABLE other RENAME COLUMN a TO b; DROP TABLE "p one"; ALTER TABLE other RENAME b TO d;`,
		`PRAGMA legacy_alter_table=ON; ALTER TABLE "p one" RENAME TO q;`,
		`PRAGMA legacy_alter_table=ON; ALTER TABLE main."p one" /* a */ rename -- b\n to q;`,
	])("is refused for %s", async (body) => {
		const { cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(SCHEMA, body)));
		expect(cause.details).toMatchObject({ parent: "p ONE", tables: ["c"] });
		expect(cause.details.sql).toMatch(/p one/i);
	});

	it("is refused for a name with quotes in it", async () => {
		const tables = 'CREATE TABLE "a ""b""" (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES "a ""b""");';
		const { cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(tables, 'DROP TABLE "a ""b""";')));
		expect(cause.details.parent).toBe('a "b"');
	});

	it("is told the statement that took the table away, and no later one of a temporary table or a column", async () => {
		const later = 'CREATE TEMP TABLE "p one" (a); ALTER TABLE "p one" RENAME COLUMN a TO b; DROP TABLE temp."p one";';
		const files = ups(SCHEMA, `DROP TABLE "p one"; ${later}`);
		const { cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(files));
		expect(cause.details).toMatchObject({ line: 1, column: 1 });
	});

	it("is told the tables that refer to it, 20 of them", async () => {
		const tables = Array.from({ length: 30 }, (_, n) => `CREATE TABLE c${n} (p REFERENCES p, q REFERENCES p);`).join(
			"",
		);
		const files = ups(`CREATE TABLE p (id INTEGER PRIMARY KEY); ${tables}`, "DROP TABLE p;");
		const { cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(files));
		expect(cause.details.tables).toEqual(Array.from({ length: 20 }, (_, n) => `c${n}`));
		expect(cause.message).toContain("foreign keys of c0 and 29 more refer to p");
	});

	it.each([
		[
			"rebuilds the table in the right order",
			'CREATE TABLE n (id INTEGER PRIMARY KEY); DROP TABLE "p one"; ALTER TABLE n RENAME TO "P one";',
		],
		["makes the table anew afterwards", 'DROP TABLE "p one"; CREATE TABLE "p ONE" (id INTEGER PRIMARY KEY, n);'],
		["makes a view in its place", 'DROP TABLE "p one"; CREATE VIEW "p ONE" AS SELECT 1 AS id;'],
		["drops the table that refers to it afterwards", 'DROP TABLE "p one"; DROP TABLE c;'],
		["renames it, and the references with it", 'ALTER TABLE "p one" RENAME TO q;'],
		["refers to a table of a later file", "DROP TABLE other; CREATE TABLE early (a REFERENCES later);"],
		[
			"drops a temporary table of that name",
			'CREATE TEMP TABLE "p one" (a); DROP TABLE temp."p one"; DROP TABLE other;',
		],
	])("is none of those when it %s", async (_, body) => {
		await db.up(ups(SCHEMA, body));
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("is not blamed for a table that was missing before", async () => {
		const missing = "CREATE TABLE d (a REFERENCES Ghost);";
		const body = "DROP TABLE IF EXISTS ghost; ALTER TABLE d RENAME TO e; CREATE TABLE GHOST (a); DROP TABLE ghost;";
		const first = `${SCHEMA} ${missing}`;
		await db.up(ups(first, body));
		const { cause } = await failedMigration(
			"ERR_DANGLING_REFERENCE",
			db.up(ups(first, body, `DROP TABLE IF EXISTS ghost; DROP TABLE "p one";`)),
		);
		expect(cause.details.parent).toBe("p ONE");
	});

	it("is refused beside a table that referred before to a table of that name", async () => {
		const old = "CREATE TABLE d (a REFERENCES p_old, c REFERENCES [p one]); ALTER TABLE d RENAME TO e;";
		const { cause } = await failedMigration("ERR_DANGLING_REFERENCE", db.up(ups(SCHEMA, old, REBUILD)));
		expect(cause.details.tables).toEqual(["c", "e"]);
	});

	it("is not blamed for the old references of a table that it renames or makes anew", async () => {
		const missing = "CREATE TABLE d (a REFERENCES ghost); CREATE TABLE f (a REFERENCES ghost);";
		const rebuild = "CREATE TABLE new_f (a REFERENCES ghost, b); DROP TABLE f; ALTER TABLE new_f RENAME TO f;";
		const body = `DROP TABLE other; ALTER TABLE d RENAME TO e; ${rebuild} CREATE TABLE ghost (a); DROP TABLE ghost;`;
		await db.up(ups(SCHEMA, missing, body));
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	it("is not remembered by the next one", async () => {
		await using driver = await db.open();
		await driver.run(textBody(`${SCHEMA} DROP TABLE other;`));
		await driver.run(textBody("CREATE TABLE late (a REFERENCES other);"));
		await driver.close();
		expect(db.schema()).toHaveLength(3);
	});
});
