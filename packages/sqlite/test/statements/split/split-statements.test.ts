import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastStatement, type StatementSpan, splitStatements } from "../../../src/statements/split/split-statements.ts";
import { unclosedFrom } from "../../../src/statements/split/tokens.ts";
import { anyText, script, soup, TRIGGER } from "../sql-arbitraries.ts";

/** As much of better-sqlite3 as is needed to ask SQLite itself. */
interface Database {
	exec(sql: string): void;
	prepare(sql: string): { raw(): { all(): unknown[] } };
	close(): void;
}

const require = createRequire(new URL("../../../../sqlite-native/package.json", import.meta.url));
const BetterSqlite3 = require("better-sqlite3") as new (path: string) => Database;
const seed = Number(process.env.GODWIT_SEED ?? 1);

function split(text: string): readonly StatementSpan[] {
	const { statements, rest } = splitStatements(text);
	return [...statements, ...lastStatement(text, rest)];
}

const pieces = (text: string): readonly string[] => split(text).map(({ start, end }) => text.slice(start, end));

/** Whether all of a text can be split. */
function isWhole(text: string): boolean {
	return !text.includes("\0") && unclosedFrom(text, splitStatements(text).rest) === undefined;
}

const setUp = "CREATE TABLE t(a, b); CREATE TABLE log(a, b); INSERT INTO t VALUES (1, 2);";

/** Runs SQL in a new database; the contents afterwards, and whether it failed. */
function inNewDatabase(run: (database: Database) => void): { failed: boolean; contents: unknown } {
	const database = new BetterSqlite3(":memory:");
	try {
		database.exec(setUp);
		let failed = false;
		try {
			run(database);
		} catch (error) {
			if ((error as { code?: unknown }).code === undefined) throw error;
			failed = true;
		}
		const rows = (sql: string): unknown[] => database.prepare(sql).raw().all();
		const schema = "SELECT type, name, tbl_name, sql FROM";
		return {
			failed,
			contents: [
				rows(`${schema} sqlite_schema`),
				rows(`${schema} sqlite_temp_schema`),
				rows("SELECT * FROM t"),
				rows("SELECT * FROM log"),
			],
		};
	} finally {
		database.close();
	}
}

const runWhole = (sql: string) => inNewDatabase((database) => database.exec(sql));

/** Runs statement by statement; `prepare` throws a RangeError, which has no code, for none or more than one. */
const runPieces = (sql: string) =>
	inNewDatabase((database) => {
		for (const piece of pieces(sql)) {
			database.prepare(piece);
			database.exec(piece);
		}
	});

describe("splitStatements", () => {
	const examples: readonly (readonly [title: string, sql: string, expected: readonly string[]])[] = [
		["nothing", "", []],
		["white space and comments only", " \t\r\n\f-- a;\n/* b; */", []],
		["empty statements", " ; ;;\n;/* ; */;-- ;\n;", []],
		["two statements", "SELECT 1;SELECT 2;", ["SELECT 1;", "SELECT 2;"]],
		["no semicolon at the end", "SELECT 1; SELECT 2\n", ["SELECT 1;", "SELECT 2\n"]],
		["a string", "SELECT 'a;''b;';SELECT ''';'", ["SELECT 'a;''b;';", "SELECT ''';'"]],
		["an identifier in double quotes", 'SELECT 1 AS "a""b;";SELECT 2', ['SELECT 1 AS "a""b;";', "SELECT 2"]],
		["an identifier in backquotes", "SELECT 1 AS `a``b;`;SELECT 2", ["SELECT 1 AS `a``b;`;", "SELECT 2"]],
		["an identifier in brackets", "SELECT 1 AS [a;'[];SELECT 2", ["SELECT 1 AS [a;'[];", "SELECT 2"]],
		["quotes in other quotes", `SELECT '"' ";", '\`', ''';';SELECT 2`, [`SELECT '"' ";", '\`', ''';';`, "SELECT 2"]],
		["a blob, then a string", "SELECT x'ab''c;d';SELECT 2", ["SELECT x'ab''c;d';", "SELECT 2"]],
		["a line comment", "SELECT 1 -- ; '\n;SELECT 2", ["SELECT 1 -- ; '\n;", "SELECT 2"]],
		["a carriage return in a line comment", "SELECT 1 -- ;\r;\n;SELECT 2", ["SELECT 1 -- ;\r;\n;", "SELECT 2"]],
		["a line comment at the end", "SELECT 1; -- a;", ["SELECT 1;"]],
		["a block comment", "SELECT 1 /* ; ' -- */;SELECT 2", ["SELECT 1 /* ; ' -- */;", "SELECT 2"]],
		["block comments do not nest", "/* /* ; */ SELECT 1;/*/;*/SELECT 2", ["SELECT 1;", "SELECT 2"]],
		["stars around a block comment", "/***/SELECT 1/** ; **/;SELECT 2", ["SELECT 1/** ; **/;", "SELECT 2"]],
		["minus and slash", "SELECT 1 - -1 / 2 ->> 3;SELECT 2-", ["SELECT 1 - -1 / 2 ->> 3;", "SELECT 2-"]],
		["a BOM, also between statements", "\uFEFFSELECT 1;\uFEFFSELECT 2", ["SELECT 1;", "SELECT 2"]],
		["CRLF", "SELECT 1;\r\nSELECT\r\n2;\r\n", ["SELECT 1;", "SELECT\r\n2;"]],
		["form feeds", "\fSELECT\f1;\fSELECT 2", ["SELECT\f1;", "SELECT 2"]],
		["letters of every kind", "SELECT 1 AS é\u00a0$;SELECT 2 AS 😀", ["SELECT 1 AS é\u00a0$;", "SELECT 2 AS 😀"]],
		["a trigger", `${TRIGGER}SELECT 1`, [TRIGGER, "SELECT 1"]],
		["a trigger without a last semicolon", TRIGGER.slice(0, -1), [TRIGGER.slice(0, -1)]],
		[
			"CASE in a trigger",
			"CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT CASE 1 WHEN 1 THEN 1 END ; end;SELECT 1",
			[
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT CASE 1 WHEN 1 THEN 1 END ; end;",
				"SELECT 1",
			],
		],
		[
			"comments in a trigger",
			"create/**/temp--\ntrigger/*;*/x AFTER INSERT ON t BEGIN SELECT 1;/*END;*/END--;\n;SELECT 1",
			["create/**/temp--\ntrigger/*;*/x AFTER INSERT ON t BEGIN SELECT 1;/*END;*/END--;\n;", "SELECT 1"],
		],
		[
			"names of triggers",
			'CREATE TRIGGER END AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TEMPORARY TRIGGER "a; END;" AFTER INSERT ON t BEGIN SELECT 1; END;',
			[
				"CREATE TRIGGER END AFTER INSERT ON t BEGIN SELECT 1; END;",
				'CREATE TEMPORARY TRIGGER "a; END;" AFTER INSERT ON t BEGIN SELECT 1; END;',
			],
		],
		["EXPLAIN before a trigger", `EXPLAIN ${TRIGGER}SELECT 1`, [`EXPLAIN ${TRIGGER}`, "SELECT 1"]],
		[
			"EXPLAIN QUERY PLAN before a trigger, which sqlite3_complete() gets wrong",
			`explain query plan ${TRIGGER}SELECT 1`,
			[`explain query plan ${TRIGGER}`, "SELECT 1"],
		],
		[
			"tables with the name trigger",
			"CREATE TABLE trigger(a);CREATE TEMP TABLE trigger(a);DROP TABLE trigger;",
			["CREATE TABLE trigger(a);", "CREATE TEMP TABLE trigger(a);", "DROP TABLE trigger;"],
		],
		[
			"module arguments with semicolons, which sqlite3_complete() gets wrong",
			"CREATE VIRTUAL TABLE v USING rtree(id, x0 (;)';'; , x1);SELECT 1",
			["CREATE VIRTUAL TABLE v USING rtree(id, x0 (;)';'; , x1);", "SELECT 1"],
		],
		[
			"a module without arguments",
			"CREATE VIRTUAL TABLE v USING dbstat;SELECT (1;SELECT 2)",
			["CREATE VIRTUAL TABLE v USING dbstat;", "SELECT (1;", "SELECT 2)"],
		],
	];
	for (const [title, sql, expected] of examples) {
		it(`splits ${title}`, () => {
			expect(pieces(sql)).toEqual(expected);
			expect(runPieces(sql)).toEqual(runWhole(sql));
		});
	}

	const invalid: readonly (readonly [title: string, sql: string, expected: readonly string[]])[] = [
		["ends a trigger without a body at its semicolon", "CREATE TRIGGER x;SELECT 1", ["CREATE TRIGGER x;", "SELECT 1"]],
		["returns an incomplete trigger as it is", TRIGGER.slice(0, -4), [TRIGGER.slice(0, -4)]],
		["takes no quoted word for END", 'CREATE TRIGGER x BEGIN; "END"; ', ['CREATE TRIGGER x BEGIN; "END"; ']],
		["takes no longer word for END", "CREATE TRIGGER x BEGIN; END_; $END;", ["CREATE TRIGGER x BEGIN; END_; $END;"]],
		[
			"takes END ; and more for a body",
			"CREATE TRIGGER x BEGIN; END x; END;S",
			["CREATE TRIGGER x BEGIN; END x; END;", "S"],
		],
		[
			"reads on where a BOM is part of a word",
			"CREATE\uFEFFTRIGGER x BEGIN;END",
			["CREATE\uFEFFTRIGGER x BEGIN;", "END"],
		],
	];
	for (const [title, sql, expected] of invalid) {
		it(`${title}, as SQLite does not run it`, () => {
			expect(pieces(sql)).toEqual(expected);
			expect(runPieces(sql)).toEqual(runWhole(sql));
			expect(runWhole(sql).failed).toBe(true);
		});
	}

	it("gives the first word in upper case", () => {
		const sql = "select 1;Create_2$ x;(1);'a';\"b\" c;[d];1a;:b;é;ſelect;ınsert;-1;pragma/**/x;END";
		expect(split(sql).map(({ keyword }) => keyword)).toEqual([
			"SELECT",
			"CREATE_2$",
			"",
			"",
			"",
			"",
			"",
			"",
			"",
			"",
			"",
			"",
			"PRAGMA",
			"END",
		]);
	});
});

describe("the statements of a script", () => {
	it("are one statement each for SQLite and do what the script does", () => {
		let valid = 0;
		fc.assert(
			fc.property(script, (sql) => {
				const whole = runWhole(sql);
				if (!whole.failed) valid += 1;
				expect(runPieces(sql)).toEqual(whole);
			}),
			{ seed, numRuns: 600 },
		);
		// Guards against a generator that no longer writes valid SQL.
		expect(valid).toBeGreaterThan(200);
	});

	it("fail where the script fails, whatever the text", () => {
		fc.assert(
			fc.property(soup, (sql) => {
				fc.pre(isWhole(sql));
				expect(runPieces(sql)).toEqual(runWhole(sql));
			}),
			{ seed, numRuns: 1000 },
		);
	});

	it("are the same wherever the text is cut", () => {
		fc.assert(
			fc.property(anyText, fc.nat(60), (sql, cut) => {
				const whole = splitStatements(sql);
				const first = splitStatements(sql.slice(0, cut));
				const then = splitStatements(sql.slice(first.rest));
				const shifted = then.statements.map(({ start, end, keyword }) => ({
					start: start + first.rest,
					end: end + first.rest,
					keyword,
				}));
				expect([...first.statements, ...shifted]).toEqual(whole.statements);
				expect(first.rest + then.rest).toBe(whole.rest);
			}),
			{ seed, numRuns: 3000 },
		);
	});

	it("leave out white space, comments and empty statements and nothing else", () => {
		const leftOut = /^(?:[ \t\n\v\f\r\uFEFF;]|--[^\n]*(?:\n|$)|\/\*(?:(?!\*\/)[\s\S])*\*\/)*$/;
		fc.assert(
			fc.property(anyText, (sql) => {
				fc.pre(isWhole(sql));
				let last = 0;
				for (const { start, end } of split(sql)) {
					expect(sql.slice(last, start)).toMatch(leftOut);
					expect(sql.slice(start, end)).not.toMatch(/^(?:[ \t\n\v\f\r\uFEFF;]|--|\/\*)/);
					last = end;
				}
				expect(sql.slice(last)).toMatch(leftOut);
			}),
			{ seed, numRuns: 3000 },
		);
	});
});
