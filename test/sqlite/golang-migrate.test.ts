import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Migrate, type MigrationFiles } from "@godwit/core";
import { fileSource } from "@godwit/source-file";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

/** As golang-migrate makes it. Go: database/sqlite3/sqlite3.go, ensureVersionTable. */
const GO_TABLE = `
	CREATE TABLE IF NOT EXISTS schema_migrations (version uint64,dirty bool);
	CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON schema_migrations (version);
`;

const fixture = new URL("../fixtures/golang-migrate/", import.meta.url);

function fixtureFiles(): MigrationFiles {
	const folder = new URL("migrations/", fixture);
	return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

describe.each(backends)("golang-migrate's table, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	const tables = () => db.all("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'schema_migrations' ORDER BY name");
	/** Go: Version(); a bool is scanned from the integers 0 and 1. */
	const rows = () => db.all("SELECT version, typeof(version) AS v, dirty, typeof(dirty) AS d FROM schema_migrations");

	/** With the column that godwit adds, which golang-migrate leaves NULL. */
	const stamped = (objects: ReturnType<typeof tables>) =>
		objects.map(({ name, sql }) => ({
			name,
			sql: name === "schema_migrations" ? String(sql).replace(/\)$/, ", godwit_stamp TEXT)") : sql,
		}));

	it("keeps its two columns and its index, and gets a column for the stamp", async () => {
		db.exec(`${GO_TABLE} INSERT INTO schema_migrations VALUES (1, 0)`);
		const before = tables();
		await db.up(ups("this was applied by golang-migrate", "CREATE TABLE two (a);"));
		expect(tables()).toEqual(stamped(before));
		expect(before.map(({ name }) => name)).toEqual(["schema_migrations", "version_unique"]);
		expect(rows()).toEqual([{ version: 2n, v: "integer", dirty: 0n, d: "integer" }]);
	});

	it("is used as it is with x-history=off", async () => {
		db.exec(`${GO_TABLE} INSERT INTO schema_migrations VALUES (1, 0)`);
		const before = tables();
		const files = ups("this was applied by golang-migrate", "CREATE TABLE two (a);");
		await db.up(files, { url: "x-history=off" });
		expect(tables()).toEqual(before);
		expect(db.all("SELECT name FROM sqlite_schema WHERE name LIKE '%history'")).toEqual([]);
	});

	it("gets rows that golang-migrate reads: dirty, at -1, and up to 2^63-1", async () => {
		db.exec(GO_TABLE);
		await using driver = await db.open();
		for (const [version, dirty] of [
			[0n, false],
			[-1n, true],
			[2n ** 63n - 1n, true],
		] as const) {
			await driver.setVersion({ version, dirty });
			expect(await driver.version()).toMatchObject({ version, dirty });
			expect(rows()).toEqual([{ version, v: "integer", dirty: dirty ? 1n : 0n, d: "integer" }]);
		}
		await driver.setVersion({ version: -1n, dirty: false });
		expect(rows()).toEqual([]);
		expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
	});

	it("says that the database is dirty", async () => {
		db.exec(`${GO_TABLE} INSERT INTO schema_migrations VALUES (7, 1)`);
		const { details } = await failure("ERR_DIRTY", db.up(ups("SELECT 1")));
		expect(details.version).toBe(7n);
	});

	it.each([
		["false", false],
		["true", true],
	])("may say %s in words, as up to version 3", async (word, dirty) => {
		db.exec(`${GO_TABLE} INSERT INTO schema_migrations (version, dirty) VALUES (3, '${word}')`);
		expect(await db.version()).toEqual({ version: 3n, dirty });
	});

	it("keeps its protocol with x-atomic=false: dirty is visible to others while the body runs", async () => {
		db.exec(GO_TABLE);
		const body = "CREATE TABLE seen AS SELECT version, dirty FROM schema_migrations;";
		await db.up(ups(body), { url: "x-atomic=false" });
		expect(db.all("SELECT * FROM seen")).toEqual([{ version: 1n, dirty: 1n }]);
		await db.up(ups(body, "CREATE TABLE later AS SELECT version, dirty FROM schema_migrations;"));
		expect(db.all("SELECT * FROM later")).toEqual([{ version: 1n, dirty: 0n }]);
	});

	it("in a database that the real tool made goes on, up and down", async () => {
		copyFileSync(fileURLToPath(new URL("v2.db", fixture)), db.path);
		const before = tables();
		const source = await fileSource.open(`file://${fileURLToPath(new URL("migrations", fixture))}`);
		await using migrate = new Migrate({ source, driver: await db.open() });
		expect(await migrate.version()).toEqual({ version: 2n, dirty: false });
		expect((await migrate.up()).applied).toEqual([]);
		expect((await migrate.steps(-1)).to).toBe(1n);
		expect((await migrate.up()).to).toBe(2n);
		await migrate.close();
		expect(tables()).toEqual(stamped(before));
		const files = fixtureFiles();
		await db.up({ ...files, "3_more.up.sql": "ALTER TABLE users ADD COLUMN more TEXT" });
		expect(rows()).toEqual([{ version: 3n, v: "integer", dirty: 0n, d: "integer" }]);
		const failing = { "3_more.up.sql": "ALTER TABLE users ADD COLUMN more TEXT", "4_no.up.sql": "DROP TABLE missing" };
		await failedMigration("ERR_SQL", db.up({ ...files, ...failing }));
		expect(rows()).toEqual([{ version: 3n, v: "integer", dirty: 0n, d: "integer" }]);
		expect(tables()).toEqual(stamped(before));
	});
});
