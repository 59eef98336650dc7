import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SplitError } from "../../src/statements/split-error.ts";
import { createStatementSplitter, type Statement } from "../../src/statements/statement-splitter.ts";

/** As much of better-sqlite3 as is needed to ask SQLite itself. */
interface Database {
	exec(sql: string): void;
	prepare(sql: string): { raw(): { all(): unknown[] } };
	close(): void;
}

const require = createRequire(new URL("../../../sqlite-native/package.json", import.meta.url));
const BetterSqlite3 = require("better-sqlite3") as new (path: string) => Database;
const seed = Number(process.env.GODWIT_SEED ?? 1);

function splitChunks(chunks: readonly string[]): { statements: Statement[]; leadingComments: readonly string[] } {
	const splitter = createStatementSplitter();
	const statements = chunks.flatMap((chunk) => splitter.push(chunk));
	statements.push(...splitter.end());
	return { statements, leadingComments: splitter.leadingComments };
}

const split = (sql: string): Statement[] => splitChunks([sql]).statements;
const pieces = (sql: string): string[] => split(sql).map((statement) => statement.sql);

function problemOf(chunks: readonly string[]): { problem: string; line: number; column: number } | undefined {
	try {
		splitChunks(chunks);
		return undefined;
	} catch (error) {
		if (!(error instanceof SplitError)) throw error;
		const { problem, line, column } = error;
		return { problem, line, column };
	}
}

/** What a splitter makes of the chunks, failure or not, in a form that can be compared. */
function outcome(chunks: readonly string[]): unknown {
	return problemOf(chunks) ?? splitChunks(chunks);
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

const trigger = "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a, 1); END;";

describe("createStatementSplitter", () => {
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
		["a trigger", `${trigger}SELECT 1`, [trigger, "SELECT 1"]],
		["a trigger without a last semicolon", trigger.slice(0, -1), [trigger.slice(0, -1)]],
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
		["EXPLAIN before a trigger", `EXPLAIN ${trigger}SELECT 1`, [`EXPLAIN ${trigger}`, "SELECT 1"]],
		[
			"EXPLAIN QUERY PLAN before a trigger, which sqlite3_complete() gets wrong",
			`explain query plan ${trigger}SELECT 1`,
			[`explain query plan ${trigger}`, "SELECT 1"],
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
			expect(splitChunks([...sql])).toEqual(splitChunks([sql]));
		});
	}

	const invalid: readonly (readonly [title: string, sql: string, expected: readonly string[]])[] = [
		["ends a trigger without a body at its semicolon", "CREATE TRIGGER x;SELECT 1", ["CREATE TRIGGER x;", "SELECT 1"]],
		["returns an incomplete trigger as it is", trigger.slice(0, -4), [trigger.slice(0, -4)]],
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

	it("gives line and column of the first token, in UTF-16 units and without the BOM", () => {
		const sql = "\uFEFFA;/* 😀 */ B;\n\r\n-- x\r\n  C '\n\n';D;\n\uFEFFE\r;F";
		const places = split(sql).map(({ keyword, line, column }) => `${keyword} ${line}:${column}`);
		expect(places).toEqual(["A 1:1", "B 1:12", "C 4:3", "D 6:3", "E 7:2", "F 7:5"]);
		expect(splitChunks([...sql])).toEqual(splitChunks([sql]));
	});

	it("gives the comments before the first statement, without line ends", () => {
		const sql = "\uFEFF-- a \r\n;/* b\r\n */--\n-- 😀\r\rc\n SELECT /* d */ 1; -- e\n";
		const expected = ["-- a ", "/* b\r\n */", "--", "-- 😀\r\rc"];
		expect(splitChunks([sql]).leadingComments).toEqual(expected);
		expect(splitChunks([...sql]).leadingComments).toEqual(expected);
		expect(splitChunks(["/**/--", " a\r"]).leadingComments).toEqual(["/**/", "-- a"]);
	});

	it("keeps no comment that does not end in the first 65,536 characters", () => {
		const sql = `/*${"x".repeat(65_525)}*/-- 9\n-- after\nSELECT 1;`;
		const [comment = ""] = sql.split("-- 9");
		for (const chunks of [[sql], sql.split(/(?<=\n)/), [...sql]]) {
			expect(splitChunks(chunks)).toMatchObject({
				leadingComments: [comment, "-- 9"],
				statements: [{ sql: "SELECT 1;", line: 3, column: 1 }],
			});
		}
		expect(splitChunks([`/*${"x".repeat(65_533)}`, "*/--\nSELECT 1;"]).leadingComments).toEqual([]);
	});

	it("has all leading comments when the first statement comes", () => {
		const splitter = createStatementSplitter();
		expect(splitter.push("-- a\n-- b\nSELECT 1")).toEqual([]);
		expect(splitter.push(";")).toHaveLength(1);
		expect(splitter.leadingComments).toEqual(["-- a", "-- b"]);
	});

	const failures: readonly (readonly [sql: string, problem: string, line: number, column: number])[] = [
		["SELECT 1;\n 'a;\nb", "unclosed-string", 2, 2],
		["SELECT 'a' 'b''c\n''d;\n", "unclosed-string", 1, 12],
		["SELECT 'a''", "unclosed-string", 1, 8],
		["SELECT 'a'\"'", "unclosed-identifier", 1, 11],
		["SELECT\r\n`a``;", "unclosed-identifier", 2, 1],
		["SELECT [a][b'", "unclosed-identifier", 1, 11],
		["SELECT 1;/* a", "unclosed-comment", 1, 10],
		["\uFEFF/* a *", "unclosed-comment", 1, 1],
		["\n/*/", "unclosed-comment", 2, 1],
		["SELECT 1 /*", "unclosed-comment", 1, 10],
		["SELECT 1;\r\n\tSELECT\0 2;", "nul-byte", 2, 8],
		["\uFEFF-- \0", "nul-byte", 1, 4],
		["'\n\0", "nul-byte", 2, 1],
	];
	for (const [sql, problem, line, column] of failures) {
		it(`reports ${problem} in ${JSON.stringify(sql)} where it starts`, () => {
			expect(problemOf([sql])).toEqual({ problem, line, column });
			expect(problemOf([...sql])).toEqual({ problem, line, column });
		});
	}

	it("reports a string where it starts when its doubled quote falls on two chunks", () => {
		const opened = { problem: "unclosed-string", line: 2, column: 8 };
		expect(problemOf(["\nSELECT 'a'", "'b"])).toEqual(opened);
		expect(problemOf(["\nSELECT 'a'", "", "'b'", "'"])).toEqual(opened);
	});

	it("says in the message what is wrong, where, and what to do", () => {
		expect(() => split("SELECT 'a")).toThrow(/string opened at line 1, column 8 is never closed; add the missing '/);
	});

	it("throws at the chunk with the NUL, before it returns that chunk's statements", () => {
		const splitter = createStatementSplitter();
		expect(splitter.push("SELECT 1;")).toHaveLength(1);
		expect(() => splitter.push("SELECT 2;\0")).toThrow(SplitError);
	});

	it("reports a statement that no string can hold where it starts", () => {
		const splitter = createStatementSplitter();
		const chunk = "a".repeat(2 ** 24);
		splitter.push("\n SELECT '");
		for (let i = 0; i < 31; i++) splitter.push(chunk);
		expect(() => splitter.push(chunk)).toThrow(/line 2, column 2 is longer than a JavaScript string/);
	});

	it("reads more text than a string can hold when its statements are shorter", () => {
		const splitter = createStatementSplitter();
		const chunk = `${"a".repeat(2 ** 24)}'; '`;
		splitter.push("'");
		for (let i = 0; i < 33; i++) expect(splitter.push(chunk)).toHaveLength(1);
	});
});

const gap = fc.constantFrom(
	" ",
	"\n",
	"\r\n",
	"\f\t",
	"/* ; ' */",
	' -- ; " END;\n',
	"/**/",
	" \uFEFF",
	" /* /* */ ",
	"--\r;\n",
);
const literal = fc.constantFrom(
	"1",
	"-2",
	"'a;b'",
	"''",
	"'it''s;'",
	"x'00'",
	"'--'",
	"'/*'",
	"NULL",
	"1 - -1",
	"4 / 2",
	"'é😀'",
	"(1)",
	"'\"'",
	"'\r\n;'",
);
const caseWhen = fc.tuple(literal, literal).map(([a, b]) => `CASE WHEN ${a} THEN ${b} END`);
const value = fc.oneof(literal, caseWhen);
const name = fc.constantFrom(
	'"a;b"',
	"[x;'y]",
	"`c``;`",
	"END",
	"begin",
	'"END;"',
	"é\u00a0",
	"n$1",
	'"q""r"',
	"trigger",
	"temp",
);

/** Tokens with white space and comments between them. */
const tokens = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
	fc
		.tuple(...parts.flatMap((part) => [gap, typeof part === "string" ? fc.constant(part) : part]))
		.map((texts) => texts.join(""));

const insert = (table: string) => tokens("INSERT", "INTO", table, "VALUES", "(", value, ",", value, ")");
const command = fc.oneof(
	insert("log"),
	tokens("UPDATE", "log", "SET", "a", "=", value),
	tokens("SELECT", value, "AS", name),
	tokens("DELETE", "FROM", "log", "WHERE", "a", "IS", literal),
	tokens("WITH", "c", "AS", "(", "SELECT", value, ")", "INSERT", "INTO", "log", "SELECT", "1", ",", "2"),
);
const body = fc
	.array(
		fc.tuple(command, gap).map((texts) => texts.join("")),
		{ minLength: 1, maxLength: 3 },
	)
	.map((commands) => `${commands.join(";")};`);
const triggerText = tokens(
	"CREATE",
	fc.constantFrom("", "TEMP", "TEMPORARY"),
	fc.constantFrom("TRIGGER", "TRIGGER IF NOT EXISTS", "trigger"),
	name,
	fc.constantFrom("AFTER", "BEFORE"),
	"INSERT",
	"ON",
	"t",
	fc.constantFrom("", "FOR EACH ROW", "WHEN 1", "WHEN CASE WHEN new.a THEN 1 END"),
	"BEGIN",
	body,
	fc.constantFrom("END", "end"),
);
const statementText = fc.oneof(
	insert("t"),
	{ weight: 2, arbitrary: triggerText },
	tokens("EXPLAIN", fc.constantFrom("", "QUERY PLAN"), triggerText),
	tokens("EXPLAIN", "SELECT", value),
	tokens("CREATE", fc.constantFrom("", "TEMP"), "TABLE", name, "(", name, ")"),
	tokens(
		"CREATE VIRTUAL TABLE",
		name,
		"USING",
		"rtree",
		"(id,",
		fc.constantFrom("x0", "x0 ;", "x0 (;)", "x0 ';)'"),
		", x1)",
	),
	tokens("SELECT", value, "AS", name),
	fc.constant(""),
);
const script = fc
	.tuple(fc.constantFrom("", "\uFEFF"), fc.array(fc.tuple(statementText, gap), { maxLength: 7 }), fc.boolean())
	.map(([bom, statements, semicolon]) => {
		const text = statements.map(([statement, after]) => statement + after).join(";");
		return `${bom}${text}${semicolon ? ";" : ""}`;
	});

// Without the vertical tab: SQLite does not know it, but better-sqlite3's exec() skips it between statements.
const fragment = fc.constantFrom(
	"SELECT 1",
	"CREATE",
	"TEMP",
	"TRIGGER",
	"VIRTUAL",
	"TABLE",
	"EXPLAIN",
	"QUERY PLAN",
	"BEGIN",
	"END",
	"END;",
	";",
	";",
	";",
	"(",
	")",
	"x",
	"'",
	"''",
	'"',
	"`",
	"[",
	"]",
	"--",
	"/*",
	"*/",
	"*",
	"/",
	"-",
	"\n",
	"\r\n",
	"\r",
	" ",
	"\f",
	"\uFEFF",
	"é",
	"$",
	":",
	"1",
	"INSERT INTO t VALUES(1,1)",
	trigger,
	trigger.slice(0, -5),
	"CREATE TABLE y(a)",
	"CASE WHEN 1 THEN 2 END",
);
const soup = fc.array(fragment, { maxLength: 25 }).map((fragments) => fragments.join(""));
const asciiSoup = fc.string({ unit: fc.constantFrom(..." \n\r;;'\"`[]-*/-*/xE$(\\#%\t\v"), maxLength: 40 });
const anyText = fc.oneof(script, soup, asciiSoup, fc.string({ unit: "binary" }));

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
				fc.pre(problemOf([sql]) === undefined);
				expect(runPieces(sql)).toEqual(runWhole(sql));
			}),
			{ seed, numRuns: 1000 },
		);
	});

	it("do not depend on where the chunks end among comments that reach past the first 65,536 characters", () => {
		const comment = fc.constantFrom("/* a\n*/", "-- b\n", "--\r\n", ";", "/**/ ", "\n");
		const text = fc.tuple(fc.integer({ min: 65_480, max: 65_540 }), fc.array(comment, { maxLength: 8 }));
		const places = fc.array(fc.oneof(fc.nat(66_000), fc.integer({ min: 65_400, max: 65_700 })), { maxLength: 6 });
		const property = fc.property(text, places, ([length, comments], ends) => {
			const sql = `/*${"x".repeat(length)}*/${comments.join("")}CREATE TABLE t (a);SELECT 1`;
			const cuts = [0, ...ends.sort((a, b) => a - b), sql.length];
			const chunks = cuts.slice(1).map((end, index) => sql.slice(cuts[index], end));
			expect(outcome(chunks)).toEqual(outcome([sql]));
			expect(splitChunks(chunks).statements.map((statement) => statement.sql)).toEqual([
				"CREATE TABLE t (a);",
				"SELECT 1",
			]);
		});
		const examples: [[number, string[]], number[]][] = [[[65_533, []], [65_400]]];
		fc.assert(property, { seed, numRuns: 500, examples });
	});

	it("do not depend on where the chunks end", () => {
		fc.assert(
			fc.property(anyText, fc.array(fc.nat(60), { maxLength: 8 }), (sql, cuts) => {
				const ends = [...cuts.map((cut) => Math.min(cut, sql.length)), sql.length].sort((a, b) => a - b);
				const chunks = ends.map((end, index) => sql.slice(ends[index - 1] ?? 0, end));
				const expected = outcome([sql]);
				expect(outcome(chunks)).toEqual(expected);
				expect(outcome(sql.split(""))).toEqual(expected);
			}),
			{ seed, numRuns: 1500 },
		);
	});

	it("leave out white space, comments and empty statements and nothing else, and stand where they say", () => {
		const leftOut = /^(?:[ \t\n\f\r\uFEFF;]|--[^\n]*(?:\n|$)|\/\*(?:(?!\*\/)[\s\S])*\*\/)*$/;
		fc.assert(
			fc.property(anyText, (sql) => {
				fc.pre(problemOf([sql]) === undefined);
				const lines = sql.split("\n");
				let end = 0;
				for (const statement of split(sql)) {
					const before = lines.slice(0, statement.line - 1).reduce((length, line) => length + line.length + 1, 0);
					const bom = statement.line === 1 && sql.startsWith("\uFEFF") ? 1 : 0;
					const start = before + statement.column - 1 + bom;
					expect(sql.slice(end, start)).toMatch(leftOut);
					expect(sql.slice(start, start + statement.sql.length)).toBe(statement.sql);
					expect(statement.sql).not.toMatch(/^(?:[ \t\n\f\r\uFEFF;]|--|\/\*)/);
					end = start + statement.sql.length;
				}
				expect(sql.slice(end)).toMatch(leftOut);
			}),
			{ seed, numRuns: 3000 },
		);
	});
});
