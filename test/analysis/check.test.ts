import { type CheckReport, check, formatSeal, type MigrationFiles, memorySource, sealOf } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";

describe.each(backends)("a check, on $name", (backend) => {
	async function checked(files: MigrationFiles, options = "", schema?: string): Promise<CheckReport> {
		await using driver = await backend.factory.open(`${backend.name}://:memory:?${options}`);
		const expected = schema === undefined ? {} : { schema: { text: schema, location: "s.sql" } };
		return await check(memorySource(files), driver, expected);
	}

	function found({ findings }: CheckReport): readonly string[] {
		return findings.map(
			({ location, line, level, rule }) => `${location}${line === undefined ? "" : `:${line}`} ${level} ${rule}`,
		);
	}

	const notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL);";

	it("finds nothing in migrations that go up and down", async () => {
		const report = await checked({
			"1_a.up.sql": notes,
			"1_a.down.sql": "DROP TABLE notes;",
			"2_b.up.sql": "ALTER TABLE notes ADD COLUMN body TEXT; CREATE INDEX i ON notes (body);",
			"2_b.down.sql": "DROP INDEX i; ALTER TABLE notes DROP COLUMN body;",
			"3_c.up.sql": "INSERT INTO notes (title) VALUES ('a');",
		});
		expect(report).toEqual({ versions: [1n, 2n, 3n], stoppedAt: undefined, sealed: false, findings: [] });
	});

	it.each([
		["fails", "DROP TABLE nothing;", ["1_a.down.sql:1 error down-fails"]],
		["does nothing", "SELECT 1;", ["1_a.down.sql note down-does-nothing"]],
		["leaves something", "DROP TABLE notes; CREATE TABLE other (a);", ["1_a.down.sql warning down-is-not-inverse"]],
		[
			"leaves what the up cannot make again",
			"DROP TABLE notes; CREATE VIEW notes AS SELECT 1;",
			["1_a.down.sql warning down-is-not-inverse", "1_a.down.sql error down-is-not-inverse"],
		],
		["may do so", "-- godwit: allow down-does-nothing\nSELECT 1;", []],
	])("finds a down that %s, and goes on", async (_, down, expected) => {
		const second = {
			"2_b.up.sql": "ALTER TABLE notes ADD COLUMN a;",
			"2_b.down.sql": "ALTER TABLE notes DROP COLUMN a;",
		};
		const report = await checked({ "1_a.up.sql": notes, "1_a.down.sql": down, ...second });
		expect(found(report)).toEqual(expected);
		expect(report.stoppedAt).toBeUndefined();
	});

	it("notes a down that loses no more than NOT NULL or a default", async () => {
		const files = {
			"1_a.up.sql": "CREATE TABLE t (a TEXT NOT NULL DEFAULT '', b);",
			"2_b.up.sql": "ALTER TABLE t DROP COLUMN a;",
			"2_b.down.sql": "ALTER TABLE t ADD COLUMN a TEXT;",
		};
		expect(found(await checked(files))).toEqual(["2_b.down.sql note down-is-not-inverse"]);
	});

	describe("of a down file that asks for rounds, where there is no history and so no rounds", () => {
		const down = "-- godwit: until-done\n";
		const copy = "INSERT INTO notes (title) SELECT name FROM names /* godwit: LIMIT 5 */;";

		it.each([
			["is right about one that does not fit for rounds", "DROP TABLE names;", []],
			[
				"asks the rules of it",
				"DROP INDEX by_name; DROP TABLE names; PRAGMA foreign_keys = ON;",
				["2_b.down.sql:2 warning no-effect-pragma"],
			],
			["takes what it allows", "-- godwit: allow down-is-not-inverse\nDROP INDEX by_name;", []],
			["names no endless rounds", copy, ["2_b.down.sql note down-does-nothing"]],
		])("%s", async (_, body, expected) => {
			const files = {
				"1_a.up.sql": notes,
				"2_b.up.sql": "CREATE TABLE names (name TEXT); CREATE INDEX by_name ON names (name);",
				"2_b.down.sql": down + body,
			};
			expect(found(await checked(files, "x-history=off"))).toEqual(expected);
		});
	});

	const dumped = `${notes}\n\n-- godwit: version 1\n`;

	it.each([
		["is as expected", { "1_a.up.sql": notes, "1_a.down.sql": "DROP TABLE notes;" }, dumped, []],
		["is, with a byte order mark", { "1_a.up.sql": notes }, `\uFEFF${dumped.replaceAll("\n", "\r\n")}`, []],
		[
			"is, whatever a down leaves",
			{ "1_a.up.sql": notes, "1_a.down.sql": "DROP TABLE notes; CREATE TABLE left_over (a);" },
			dumped,
			["1_a.down.sql warning down-is-not-inverse"],
		],
		[
			"differs",
			{ "1_a.up.sql": notes.replace(" NOT NULL", "") },
			dumped,
			["s.sql:1 error schema", "s.sql:2 error schema"],
		],
		["is not reached", { "1_a.up.sql": "DROP TABLE t;" }, dumped, ["1_a.up.sql:1 error fails", "s.sql error schema"]],
		[
			"cannot be tried",
			{ "1_a.up.sql": "ATTACH 'x.db' AS x;" },
			dumped,
			["1_a.up.sql warning not-tried", "s.sql error schema"],
		],
		["holds nothing", { "1_a.up.sql": "SELECT 1;" }, "-- godwit: version 1\n", ["s.sql error schema"]],
		[
			"is made with what a down has left alone",
			{
				"1_a.up.sql": notes,
				"1_a.down.sql": "DROP TABLE notes; CREATE TABLE IF NOT EXISTS left_over (a);",
				"2_b.up.sql": "DROP TABLE left_over;",
			},
			dumped,
			["1_a.down.sql warning down-is-not-inverse", "s.sql error schema"],
		],
	])("finds that the schema %s", async (_, files, schema, expected) => {
		expect(found(await checked(files, "", schema))).toEqual(expected);
	});

	it("says of a line what the migrations make in its place, and shows the first hundred", async () => {
		const { findings } = await checked({ "1_a.up.sql": notes }, "", dumped.replace("version 1", "version 2"));
		const cure = "write the file anew with dump if the migrations are right";
		expect(findings.map(({ message }) => message)).toEqual([
			`the migrations do not make this line; ${cure}: -- godwit: version 2`,
			`before this line the migrations make another one; ${cure}: -- godwit: version 1`,
		]);
		const long = await checked({ "1_a.up.sql": notes }, "", `${dumped}${"-- more\n".repeat(102)}`);
		expect(found(long)).toHaveLength(101);
		expect(long.findings.at(-1)?.message).toBe(`2 more lines are different; ${cure}`);
	});

	it("stops at an up that fails", async () => {
		const report = await checked({
			"1_a.up.sql": notes,
			"2_b.up.sql": "SELECT 1;\nDROP TABLE t;",
			"3_c.up.sql": notes,
		});
		expect(found(report)).toEqual(["2_b.up.sql:2 error fails"]);
		expect(report.stoppedAt).toBe(2n);
	});

	it("finds what only running shows, as a row that its own table refuses", async () => {
		const report = await checked({ "1_a.up.sql": `${notes}\nINSERT INTO notes VALUES (1, NULL);` });
		expect(found(report)).toEqual(["1_a.up.sql:2 error fails"]);
		expect(report.findings[0]?.message).toContain("NOT NULL constraint failed");
	});

	it("says what cannot be tried, and makes no file", async () => {
		const report = await checked({ "1_a.up.sql": "-- godwit: no-transaction\nVACUUM INTO 'made-by-check.db';" });
		expect(found(report)).toEqual(["1_a.up.sql warning not-tried"]);
	});

	it("asks the rules, with the options of the database", async () => {
		const files = {
			"1_a.up.sql": `${notes} CREATE TABLE tags (note REFERENCES notes ON DELETE CASCADE);`,
			"2_b.up.sql": "DELETE FROM notes;",
		};
		expect(found(await checked(files, "x-foreign-keys=true"))).toEqual(["2_b.up.sql:1 error drop-cascades"]);
	});

	it("compares the files with their seal", async () => {
		const files = { "1_a.up.sql": notes, "2_b.up.sql": "SELECT 1;" };
		const seal = formatSeal(await sealOf(memorySource(files), new Set()));
		expect(await checked({ ...files, "godwit.sum": seal })).toMatchObject({ sealed: true, findings: [] });
		const edited = { "1_a.up.sql": `${notes} `, "3_c.up.sql": "SELECT 1;", "godwit.sum": seal };
		expect(found(await checked(edited))).toEqual([
			"1_a.up.sql error seal",
			"3_c.up.sql error seal",
			"undefined error seal",
		]);
	});
});
