import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const SCHEMA = `
	CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
	CREATE TABLE book (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES author ON DELETE CASCADE);
	CREATE TABLE award (id INTEGER PRIMARY KEY, author INTEGER REFERENCES author ON DELETE SET NULL);
	INSERT INTO author VALUES (1, 'Ada'), (2, 'Bea');
	INSERT INTO book VALUES (10, 1), (11, 1), (12, 2);
	INSERT INTO award VALUES (20, 1), (21, 2);
`;

const REBUILD = `
	CREATE TABLE new_author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
	INSERT INTO new_author SELECT id, name FROM author;
	DROP TABLE author;
	ALTER TABLE new_author RENAME TO author;
`;

const BOOKS = [
	{ id: 10n, author: 1n },
	{ id: 11n, author: 1n },
	{ id: 12n, author: 2n },
];
const AWARDS = [
	{ id: 20n, author: 1n },
	{ id: 21n, author: 2n },
];

describe.each(backends)("foreign keys on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups(SCHEMA));
	});

	afterEach(() => db[Symbol.dispose]());

	const books = () => db.all("SELECT * FROM book ORDER BY id");
	const awards = () => db.all("SELECT * FROM award ORDER BY id");

	it.each([
		["says nothing about them", REBUILD, ""],
		["switches them off itself", `PRAGMA foreign_keys=OFF;${REBUILD}PRAGMA foreign_keys=ON;`, ""],
		["switches them on", `PRAGMA foreign_keys=ON;${REBUILD}`, ""],
		["defers them", `PRAGMA defer_foreign_keys=ON;${REBUILD}`, ""],
		["runs outside a transaction", `-- godwit: no-transaction\n${REBUILD}`, ""],
		["runs in golang-migrate's way", REBUILD, "x-atomic=false"],
		["is checked afterwards", REBUILD, "x-foreign-key-check=true"],
	])("keep every child of a parent that is rebuilt, when the file %s", async (_, body, url) => {
		await db.up(ups(SCHEMA, body), { url });
		expect(books()).toEqual(BOOKS);
		expect(awards()).toEqual(AWARDS);
	});

	it("keep every child when all files are one transaction", async () => {
		await db.up(ups(SCHEMA, REBUILD, "ALTER TABLE author ADD COLUMN born INTEGER"), { transaction: "all" });
		expect(books()).toEqual(BOOKS);
		expect(awards()).toEqual(AWARDS);
	});

	it("stay off for the next file after one that switched them on outside a transaction", async () => {
		await db.up(ups(SCHEMA, "-- godwit: no-transaction\nPRAGMA foreign_keys=ON;", REBUILD));
		expect(books()).toEqual(BOOKS);
	});

	it("act on the rebuild with x-foreign-keys=true: the children are gone, as SQLite says", async () => {
		await db.up(ups(SCHEMA, REBUILD), { url: "x-foreign-keys=true" });
		expect(books()).toEqual([]);
		expect(awards()).toEqual(AWARDS.map(({ id }) => ({ id, author: null })));
	});

	it("refuse a violation at once with x-foreign-keys=true", async () => {
		const body = "INSERT INTO book VALUES (13, 3);";
		const { cause } = await failedMigration("ERR_SQL", db.up(ups(SCHEMA, body), { url: "x-foreign-keys=true" }));
		expect(cause.message).toBe("FOREIGN KEY constraint failed");
		await db.up(ups(SCHEMA, body));
		expect(books()).toHaveLength(4);
	});

	describe("with x-foreign-key-check=true", () => {
		const url = "x-foreign-key-check=true";

		it("refuse a migration that orphans rows, name them, and roll it back", async () => {
			const body = "DELETE FROM author WHERE id = 1; CREATE TABLE t (a);";
			const { cause } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(SCHEMA, body), { url }));
			expect([...cause.details.violations].sort()).toEqual([
				"row 10 of book points to a row of author that does not exist",
				"row 11 of book points to a row of author that does not exist",
				"row 20 of award points to a row of author that does not exist",
			]);
			expect(cause.message).toContain("the migration breaks 3 foreign keys");
			expect(await db.version()).toEqual({ version: 1n, dirty: false });
			expect(db.all("SELECT id FROM author")).toHaveLength(2);
			expect(db.all("SELECT name FROM sqlite_schema WHERE name = 't'")).toEqual([]);
		});

		it("list no more than 20 of them", async () => {
			const orphans = Array.from({ length: 30 }, (_, index) => `(${100 + index}, 99)`).join();
			const body = `INSERT INTO book VALUES ${orphans};`;
			const { cause } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(SCHEMA, body), { url }));
			expect(cause.details.violations).toHaveLength(20);
			expect(cause.message).toContain("the migration breaks 30 foreign keys");
		});

		it("tolerate violations that were there before, and no new one beside them", async () => {
			db.exec("PRAGMA foreign_keys=OFF; INSERT INTO book VALUES (13, 3);");
			await db.up(ups(SCHEMA, REBUILD), { url });
			expect(await db.version()).toEqual({ version: 2n, dirty: false });
			const more = db.up(ups(SCHEMA, REBUILD, "INSERT INTO book VALUES (14, 3);"), { url });
			const { cause } = await failedMigration("ERR_FOREIGN_KEY", more);
			expect(cause.details.violations).toEqual(["row 14 of book points to a row of author that does not exist"]);
		});

		it("tell old from new violations by number where rows have no rowid", async () => {
			const table = "CREATE TABLE tag (name TEXT PRIMARY KEY, author INTEGER REFERENCES author) WITHOUT ROWID;";
			db.exec(`PRAGMA foreign_keys=OFF; ${table} INSERT INTO tag VALUES ('a', 99);`);
			const update = "UPDATE tag SET name = 'b';";
			await db.up(ups(SCHEMA, update), { url });
			const more = db.up(ups(SCHEMA, update, "INSERT INTO tag VALUES ('c', 99);"), { url });
			const { cause } = await failedMigration("ERR_FOREIGN_KEY", more);
			expect(cause.details.violations).toEqual(["a row of tag points to a row of author that does not exist"]);
		});

		it("leave a file outside a transaction dirty", async () => {
			const body = "-- godwit: no-transaction\nDELETE FROM author WHERE id = 1;";
			const { failed } = await failedMigration("ERR_FOREIGN_KEY", db.up(ups(SCHEMA, body), { url }));
			expect(failed.details.dirty).toBe(true);
			expect(await db.version()).toEqual({ version: 2n, dirty: true });
		});
	});
});
