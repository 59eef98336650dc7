import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const TABLES = "CREATE TABLE u (x, y); CREATE TABLE t (s);";
const ALTERATIONS = ["ALTER TABLE u RENAME TO w;", "ALTER TABLE u DROP COLUMN y;", "ALTER TABLE u RENAME y TO z;"];

describe.each(backends)('a database whose schema has "text" for a string, on $name', (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	/** As an SQLite does that takes double quotes for strings. */
	function create(sql: string): void {
		const database = new DatabaseSync(db.path, { enableDoubleQuotedStringLiterals: true });
		database.exec(sql);
		database.close();
	}

	describe.each([
		[
			"the table k'k",
			`CREATE TABLE "k'k" (s CHECK (s IN ("a'b"))); INSERT INTO "k'k" VALUES ('a''b');`,
			"make a table with single quotes under another name, copy the rows, drop the old table, and rename the new one",
			`CREATE TABLE n (s CHECK (s IN ('a''b'))); INSERT INTO n SELECT s FROM "k'k"; DROP TABLE "k'k"; ALTER TABLE n RENAME TO "k'k";`,
		],
		[
			"the view k'k",
			`CREATE VIEW "k'k" AS SELECT x FROM u WHERE x = "a'b";`,
			"drop the view and make it anew with single quotes",
			`DROP VIEW "k'k"; CREATE VIEW "k'k" AS SELECT x FROM u WHERE x = 'a''b';`,
		],
		[
			"the trigger k'k",
			`CREATE TRIGGER "k'k" AFTER INSERT ON t BEGIN DELETE FROM t WHERE s = "a'b"; END;`,
			"drop the trigger and make it anew with single quotes",
			`DROP TRIGGER "k'k"; CREATE TRIGGER "k'k" AFTER INSERT ON t BEGIN DELETE FROM t WHERE s = 'a''b'; END;`,
		],
		[
			"the index k'k",
			`CREATE INDEX "k'k" ON t (s) WHERE s = "a'b";`,
			"drop the index and make it anew with single quotes",
			`DROP INDEX "k'k"; CREATE INDEX "k'k" ON t (s) WHERE s = 'a''b';`,
		],
	])("in %s", (object, sql, cure, cured) => {
		it.each(ALTERATIONS)("is told what to make anew when %s fails, and it works then", async (alteration) => {
			create(`${TABLES} ${sql}`);
			const { cause } = await failedMigration("ERR_SQL", db.up(ups(alteration)));
			expect(cause.message).toMatch(/^error in .*: no such column: "a'b" - /);
			expect(cause.message).toContain(
				`; this statement is not at fault: ${object}, which is in the database already, has "a'b" for the string 'a''b', and double quotes are for names; before this statement, ${cure} (SELECT sql FROM sqlite_schema WHERE name = 'k''k' shows its text); or take double quotes for strings, as golang-migrate does, with x-double-quoted-strings=true in a sqlite-node:// URL`,
			);
			await db.up(ups(`${cured} ${alteration}`));
			expect(await db.version()).toEqual({ version: 1n, dirty: false });
		});
	});

	it("is told nothing more where the text is the file's own, or an object is broken in another way", async () => {
		create(`${TABLES} CREATE VIEW v AS SELECT missing FROM u;`);
		const { cause } = await failedMigration("ERR_SQL", db.up(ups('SELECT "a";')));
		expect(cause.message).toBe(
			'no such column: "a" - should this be a string literal in single-quotes?; write it so, or take double quotes for strings, as golang-migrate does, with x-double-quoted-strings=true in a sqlite-node:// URL',
		);
		const { cause: broken } = await failedMigration("ERR_SQL", db.up(ups("ALTER TABLE u RENAME TO w;")));
		expect(broken.message).toBe("error in view v: no such column: missing");
	});
});
