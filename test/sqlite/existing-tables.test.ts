import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const BASELINE = /baseline/;

describe.each(backends)("the first up on a database that has tables already, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
		db.exec("CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE INDEX by_id ON users (id);");
	});

	afterEach(() => db[Symbol.dispose]());

	it.each([
		["CREATE TABLE users (id INTEGER PRIMARY KEY);", "1_step.up.sql:1:1: table users already exists"],
		["CREATE TABLE more (a);\nCREATE INDEX by_id ON more (a);", "1_step.up.sql:2:1: index by_id already exists"],
		["CREATE VIEW users AS SELECT 1;", "1_step.up.sql:1:1: "],
	])("names baseline as a way on where the migration makes what is there: %s", async (text, begins) => {
		const { failed } = await failedMigration("ERR_SQL", db.up(ups(text, "CREATE TABLE posts (a);")));
		expect(failed.message).toContain(begins);
		expect(failed.message.split("\n").at(-1)).toBe(
			'rolled back; the database is without any migration and not dirty; something that this migration makes was there already: if the database has all that the migrations up to a version V make, "godwit baseline V" compares the two, records that version and runs nothing',
		);
		expect(failed.details.dirty).toBe(false);
		await db.migrate(ups("CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE INDEX by_id ON users (id);"), (migrate) =>
			migrate.baseline(1),
		);
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it("names it also where all migrations are one transaction, for the first of them alone", async () => {
		const together = { transaction: "all" } as const;
		const first = await failedMigration("ERR_SQL", db.up(ups("CREATE TABLE users (a);", "SELECT 1;"), together));
		expect(first.failed.message).toMatch(BASELINE);
		const second = await failedMigration("ERR_SQL", db.up(ups("SELECT 1;", "CREATE TABLE users (a);"), together));
		expect(second.failed.message).not.toMatch(BASELINE);
	});

	it.each([
		["CREATE TABL users (a);", "another fault, which an empty database has too"],
		["CREATE TABLE a (x); CREATE TABLE a (x);", "an object that the migration itself has made"],
		["INSERT INTO gone VALUES (1);", "an object that is missing"],
	])("does not name it for %s: %s", async (text) => {
		const { failed } = await failedMigration("ERR_SQL", db.up(ups(text)));
		expect(failed.message).not.toMatch(BASELINE);
	});

	it("does not name it for a later migration, nor where the database has a version or is dirty", async () => {
		const later = await failedMigration("ERR_SQL", db.up(ups("SELECT 1;", "CREATE TABLE users (a);")));
		expect(later.failed.message).not.toMatch(BASELINE);
		const known = await failedMigration("ERR_SQL", db.up(ups("SELECT 1;", "CREATE TABLE users (a);")));
		expect(known.failed.message).not.toMatch(BASELINE);
		const other = createTestDatabase(backend);
		other.exec("CREATE TABLE users (a)");
		const unwrapped = { url: "x-no-tx-wrap=true" };
		const { failed } = await failedMigration("ERR_SQL", other.up(ups("CREATE TABLE users (a);"), unwrapped));
		expect(failed.details.dirty).toBe(true);
		expect(failed.message).not.toMatch(BASELINE);
		other[Symbol.dispose]();
	});
});
