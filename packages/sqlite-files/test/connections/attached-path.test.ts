import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attachedExpression, pathOfName } from "../../src/connections/attached-path.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

describe("attachedExpression", () => {
	it.each([
		["ATTACH 'other.db' AS other", "'other.db'"],
		["attach database 'other.db' as other", "'other.db'"],
		["ATTACH DATABASE 'it''s.db' AS other", "'it''s.db'"],
		["ATTACH'other.db'AS other", "'other.db'"],
		["ATTACH\n\t'other.db'\nAS\nother", "'other.db'"],
		['ATTACH "other.db" AS other', "'other.db'"],
		['ATTACH "a ""quoted"" it\'s.db" AS other', "'a \"quoted\" it''s.db'"],
		["ATTACH `other``s.db` AS other", "'other`s.db'"],
		["ATTACH [other.db] AS other", "'other.db'"],
		["ATTACH other AS o", "'other'"],
		["ATTACH größe AS o", "'größe'"],
		["ATTACH (other) AS o", "'other'"],
		['ATTACH ( ("a ""b""") ) AS o', "'a \"b\"'"],
		["ATTACH (NULL) AS o", "(NULL)"],
		["ATTACH EXISTS (SELECT 1) AS o", "EXISTS (SELECT 1)"],
		["ATTACH NULL AS o", "NULL"],
		["ATTACH 'a' || 'b.db' AS other", "'a' || 'b.db'"],
		["ATTACH CAST('other.db' AS TEXT) AS other", "CAST('other.db' AS TEXT)"],
		["ATTACH (SELECT 'other.db' AS name) AS other", "(SELECT 'other.db' AS name)"],
		["ATTACH 'this AS that.db' AS other", "'this AS that.db'"],
		["ATTACH -- AS comment\n'other.db' AS other", "'other.db'"],
		["ATTACH /* AS 'x' */ 'other.db' /* AS */ AS other", "'other.db'"],
		["ATTACH DATABASE/**/'other.db' AS other", "'other.db'"],
		["ATTACH /* DATABASE */ DATABASE 'other.db' AS other", "'other.db'"],
		["ATTACH 'database' AS other", "'database'"],
		["ATTACH ('data' || 'base') AS other", "('data' || 'base')"],
		["ATTACH '' AS other", "''"],
	])("of %j is %s", (sql, expression) => {
		expect(attachedExpression(sql)).toBe(expression);
	});

	it.each(["DETACH other", "SELECT 'ATTACH x AS y'", "ATTACHED", "CREATE TABLE attach (a)", ""])(
		"of %j is none",
		(sql) => {
			expect(attachedExpression(sql)).toBeUndefined();
		},
	);

	it.each([
		"ATTACH",
		"ATTACH database AS o",
		"ATTACH 'other.db",
		"ATTACH /* 'other.db' AS other",
		"ATTACH 'other.db' AS",
		"ATTACH )",
	])("does not throw at %j, which SQLite refuses", (sql) => {
		expect(attachedExpression(sql)).toBeTypeOf("string");
	});
});

describe("an attached database", () => {
	let folder: string;

	beforeEach(() => {
		folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-attach-")));
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	const quotes: readonly ((name: string) => string)[] = [
		(name) => `'${name.replaceAll("'", "''")}'`,
		(name) => `"${name.replaceAll('"', '""')}"`,
		(name) => `\`${name.replaceAll("`", "``")}\``,
		(name) => `CAST('${name.replaceAll("'", "''")}' AS TEXT)`,
		(name) => `('${name.replaceAll("'", "''")}' || /* AS x */ '')`,
		(name) => `( ("${name.replaceAll('"', '""')}"))`,
		(name) => `(SELECT '${name.replaceAll("'", "''")}' AS x)`,
	];
	const between = fc.constantFrom(" ", "\n", "/* AS x */", " -- AS x\n", "\t/**/ ");
	const names = fc
		.string({ unit: fc.constantFrom(..."ab'\"`[];-/*() ü%?#"), minLength: 1, maxLength: 8 })
		.map((name) => name.replaceAll("/", "_"));

	it("is found at the path that SQLite opens, whatever its name and its quotes", () => {
		fc.assert(
			fc.property(names, fc.constantFrom(...quotes), between, between, (name, quote, before, behind) => {
				const path = join(folder, `x${name}`);
				const sql = `ATTACH${before}DATABASE${before}${quote(path)}${behind}AS other`;
				using database = new DatabaseSync(":memory:");
				const [row] = database.prepare(`SELECT ${attachedExpression(sql)} AS name`).all();
				database.exec(sql);
				const [, opened] = database.prepare("PRAGMA database_list").all();
				expect(pathOfName(String(row?.name))).toBe(opened?.file);
			}),
			{ seed, numRuns: 150 },
		);
	});

	it("is found at the path that SQLite reads out of a file: name", () => {
		const uris = [
			`file:${folder}/a.db`,
			`file://${folder}/b.db`,
			`file://localhost${folder}/c.db`,
			`file:${folder}/d%20d%C3%BC.db`,
			`file:${folder}/e.db?mode=rwc&cache=private`,
			`file:${folder}/f.db#fragment?mode=memory`,
			`file:${folder}/g.db?vfs=unix`,
			`file:${folder}/mode=memory?x=mode=memory`,
			`file:${folder}/100%.db`,
			`file:${folder}/%4g%%34%.db`,
		];
		for (const uri of uris) {
			using database = new DatabaseSync(":memory:");
			database.exec(`ATTACH '${uri}' AS other`);
			const [, opened] = database.prepare("PRAGMA database_list").all();
			expect(opened?.file).not.toBe("");
			expect(pathOfName(uri)).toBe(opened?.file);
		}
	});
});

describe("pathOfName", () => {
	it.each([
		"",
		":memory:",
		"file::memory:",
		"file:",
		"file:?mode=rw",
		"file:name?mode=memory",
		"file:name?cache=shared&mode=memory",
		"file:/name?vfs=memdb",
	])("knows no file for %j, which is in memory or temporary", (name) => {
		expect(pathOfName(name)).toBeUndefined();
	});

	it.each([
		["other.db", "other.db"],
		["FILE:other.db", "FILE:other.db"],
		["file:other.db", "other.db"],
		["file:relative/other.db?mode=ro", "relative/other.db"],
		["file:///C:/other.db", "/C:/other.db"],
	])("of %j is %j", (name, path) => {
		expect(pathOfName(name)).toBe(path);
	});
});
