import { type CorrectedText, correctFiles, memorySource } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { type Backend, backends } from "../sqlite/backends.ts";

async function corrected(backend: Backend, text: string, setUp = "SELECT 1"): Promise<CorrectedText> {
	using connection = backend.connect(":memory:");
	connection.exec(`CREATE TABLE t (a TEXT, "b c" TEXT); CREATE TABLE u (a TEXT); ${setUp}`);
	await using driver = connection.withInstance();
	if (driver.correct === undefined) throw new Error("the driver cannot correct");
	return await driver.correct(text);
}

describe.each(backends)("double quotes around strings, on $name", (backend) => {
	it.each([
		["a value", 'INSERT INTO t (a) VALUES ("x");', "INSERT INTO t (a) VALUES ('x');"],
		[
			"a name beside a string",
			'UPDATE t SET "b c" = "b" WHERE "a" = "c";',
			`UPDATE t SET "b c" = 'b' WHERE "a" = 'c';`,
		],
		["quotes inside", `DELETE FROM t WHERE a = "it's ""so""";`, `DELETE FROM t WHERE a = 'it''s "so"';`],
		[
			"the same text as a name and a string",
			'SELECT "x" FROM (SELECT a AS "x" FROM t) WHERE "x" = "y";',
			`SELECT "x" FROM (SELECT a AS "x" FROM t) WHERE "x" = 'y';`,
		],
		[
			"the same text as a string and, elsewhere, a name that stays",
			'SELECT "x" FROM (SELECT a AS "x" FROM t) UNION SELECT a FROM t WHERE a = "x";',
			`SELECT "x" FROM (SELECT a AS "x" FROM t) UNION SELECT a FROM t WHERE a = 'x';`,
		],
		["a CHECK", 'CREATE TABLE n (a CHECK (a IN ("x", "y")));', "CREATE TABLE n (a CHECK (a IN ('x', 'y')));"],
		[
			"a CHECK of a new column",
			'ALTER TABLE t ADD COLUMN n CHECK (n <> "x");',
			"ALTER TABLE t ADD COLUMN n CHECK (n <> 'x');",
		],
		[
			"a trigger",
			'CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE u SET a = "x" WHERE "a" = new.a; END;',
			`CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE u SET a = 'x' WHERE "a" = new.a; END;`,
		],
		["a view", 'CREATE VIEW v AS SELECT a FROM t WHERE a = "x";', "CREATE VIEW v AS SELECT a FROM t WHERE a = 'x';"],
		[
			"what an earlier statement makes",
			'CREATE TABLE n ("k" TEXT);\nDELETE FROM n WHERE "k" = "v";',
			`CREATE TABLE n ("k" TEXT);\nDELETE FROM n WHERE "k" = 'v';`,
		],
		[
			"several lines",
			'-- "kept"\r\nDELETE FROM t\r\n WHERE a = "x"; -- "kept"\r\n',
			`-- "kept"\r\nDELETE FROM t\r\n WHERE a = 'x'; -- "kept"\r\n`,
		],
	])("become single ones: %s", async (_, text, expected) => {
		expect((await corrected(backend, text)).text).toBe(expected);
	});

	it.each([
		["a default, which SQLite takes", 'CREATE TABLE n (a DEFAULT "x");'],
		["names", 'UPDATE "t" SET "b c" = "a";'],
		["a statement that fails all the same", 'DELETE FROM missing WHERE a = "x";'],
		["a column that would be called after the string", 'CREATE VIEW v AS SELECT "x" FROM t;'],
		["what cannot be tried", 'ATTACH "x" AS y;'],
	])("stay: %s", async (_, text) => {
		expect(await corrected(backend, text)).toEqual({ text, corrections: [] });
	});

	it("are told with their places", async () => {
		const { corrections } = await corrected(backend, 'SELECT 1;\n  DELETE FROM t\n  WHERE a = "x";');
		expect(corrections).toEqual([{ line: 3, column: 13, from: '"x"', to: "'x'" }]);
	});

	it("are corrected on what the files below have made, as those are corrected", async () => {
		await using driver = await backend.factory.open(`${backend.name}://:memory:`);
		const source = memorySource({
			"1_a.up.sql": 'CREATE TABLE n (k TEXT CHECK (k <> "x"));',
			"1_a.down.sql": 'DELETE FROM n WHERE k = "y"; DROP TABLE n;',
			"2_b.up.sql": 'INSERT INTO n VALUES ("k");',
		});
		const result = await correctFiles(source, driver);
		expect(result.files.map(({ file, text }) => [file.location, text])).toEqual([
			["1_a.up.sql", "CREATE TABLE n (k TEXT CHECK (k <> 'x'));"],
			["1_a.down.sql", "DELETE FROM n WHERE k = 'y'; DROP TABLE n;"],
			["2_b.up.sql", "INSERT INTO n VALUES ('k');"],
		]);
		expect(await (await result.source.readUp(2n))?.body.text()).toBe("INSERT INTO n VALUES ('k');");
	});
});
