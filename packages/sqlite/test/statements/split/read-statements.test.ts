import { isMigrateError, migrationBody } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readStatements } from "../../../src/statements/split/read-statements.ts";
import { splitWhole } from "../../../src/statements/split/split-whole.ts";
import { anyText } from "../sql-arbitraries.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const utf8 = new TextEncoder();

interface Reading {
	readonly statements: readonly Statement[];
	readonly directives: readonly string[];
}

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<Reading> {
	const body = migrationBody(async function* () {
		for (const chunk of chunks) yield typeof chunk === "string" ? utf8.encode(chunk) : chunk;
	});
	await using reader = await readStatements(body);
	const statements: Statement[] = [];
	for (let some = await reader.next(); some !== undefined; some = await reader.next()) statements.push(...some);
	return { statements, directives: [...reader.directives] };
}

interface Failure {
	readonly problem: string;
	readonly line: number;
	readonly column: number;
	readonly message: string;
}

async function failureOf(...chunks: readonly (string | Uint8Array)[]): Promise<Failure> {
	const outcome = await outcomeOf(...chunks);
	if ("problem" in outcome) return outcome;
	throw new Error(`was read: ${JSON.stringify(outcome)}`);
}

/** What a reader makes of the chunks, failure or not, in a form that can be compared. */
async function outcomeOf(...chunks: readonly (string | Uint8Array)[]): Promise<Reading | Failure> {
	return settle(() => read(...chunks));
}

/** The same of a body that is split at once. */
async function outcomeAtOnce(bytes: Uint8Array): Promise<Reading | Failure> {
	const body = migrationBody(
		async function* () {},
		() => bytes,
	);
	return settle(async () => {
		const { statements, directives } = splitWhole(body) ?? { statements: [], directives: [] };
		return { statements, directives: [...directives] };
	});
}

async function settle(reading: () => Promise<Reading>): Promise<Reading | Failure> {
	try {
		return await reading();
	} catch (error) {
		if (!isMigrateError(error, "ERR_INVALID_BODY")) throw error;
		return { ...error.details, message: error.message };
	}
}

/** More than a reader waits for before its first look, so that each chunk after it is a look of its own. */
const LONG = "x".repeat(66_000);

/** The bytes of a text, in a chunk for each. */
const bytesOf = (text: string): readonly Uint8Array[] => Array.from(utf8.encode(text), (byte) => Uint8Array.of(byte));

describe("readStatements", () => {
	it("gives line and column of the first token, in UTF-16 units and without the BOM", async () => {
		const sql = "\uFEFFA;/* 😀 */ B;\n\r\n-- x\r\n  C '\n\n';D;\n\uFEFFE\r;F";
		const { statements } = await read(sql);
		const places = statements.map(({ keyword, line, column }) => `${keyword} ${line}:${column}`);
		expect(places).toEqual(["A 1:1", "B 1:12", "C 4:3", "D 6:3", "E 7:2", "F 7:5"]);
		expect(await read(...bytesOf(sql))).toEqual({ statements, directives: [] });
	});

	it("gives them after a comment that is longer than a look, and after one in pieces", async () => {
		const sql = `A;\n  /*${LONG}\n*/ B;--${LONG}\n C;`;
		const places = async (...chunks: readonly string[]) =>
			(await read(...chunks)).statements.map(({ sql: text, line, column }) => `${text} ${line}:${column}`);
		const expected = ["A; 1:1", "B; 3:4", "C; 4:2"];
		expect(await places(sql)).toEqual(expected);
		expect(await places(...(sql.match(/.{1,1000}/gs) ?? []))).toEqual(expected);
		expect(await places(`A;\n  /*${LONG}`, "*", "*", "\n*", "/", " B", ";-", "-", LONG, "\n", " C;")).toEqual(expected);
	});

	it.each<[sql: string, problem: string, line: number, column: number]>([
		["SELECT 1;\n 'a;\nb", "unclosed-string", 2, 2],
		["SELECT 'a' 'b''c\n''d;\n", "unclosed-string", 1, 12],
		["SELECT 'a''", "unclosed-string", 1, 8],
		["SELECT 'a'\"'", "unclosed-identifier", 1, 11],
		["SELECT\r\n`a``;", "unclosed-identifier", 2, 1],
		["SELECT [a][b'", "unclosed-identifier", 1, 11],
		["SELECT 1;/* a", "unclosed-comment", 1, 10],
		["\uFEFF/* a *", "unclosed-comment", 1, 1],
		["\n/*/", "unclosed-comment", 2, 1],
		["SELECT /**//*", "unclosed-comment", 1, 12],
		["SELECT 1 /*", "unclosed-comment", 1, 10],
		["SELECT 1;\r\n\tSELECT\0 2;", "nul-byte", 2, 8],
		["\uFEFF-- \0", "nul-byte", 1, 4],
		["'\n\0", "nul-byte", 2, 1],
	])("reports in %j what is wrong and where it starts: %s", async (sql, problem, line, column) => {
		expect(await failureOf(sql)).toMatchObject({ problem, line, column });
		expect(await failureOf(...bytesOf(sql))).toMatchObject({ problem, line, column });
		const after = `SELECT '${LONG}';\n`;
		expect(await failureOf(after, ...bytesOf(sql.replace("\uFEFF", "")))).toMatchObject({ line: line + 1, column });
	});

	it("reports a comment that is longer than a look where it opens", async () => {
		expect(await failureOf(`A;\n  /*${LONG}`, "\n*", LONG)).toMatchObject({
			problem: "unclosed-comment",
			line: 2,
			column: 3,
		});
	});

	it("says in the message what is wrong, where, and what to do", async () => {
		expect((await failureOf("SELECT 'a")).message).toBe(
			"string opened at line 1, column 8 is never closed; add the missing ' (a quote inside a string is written '')",
		);
	});

	it("reports a statement that no string can hold where it starts", async () => {
		const chunk = utf8.encode("a".repeat(2 ** 24));
		expect(await failureOf("\n SELECT '", ...Array.from({ length: 32 }, () => chunk))).toMatchObject({
			problem: "statement-too-long",
			line: 2,
			column: 2,
		});
	});

	it("reads a statement that ends where a string is nearly full", async () => {
		const chunk = utf8.encode("a".repeat(2 ** 24));
		const most = Array.from({ length: 31 }, () => chunk);
		const { statements } = await read("SELECT '", ...most, "';", "SELECT 2;", " /*", ...most, "*/", chunk);
		expect(statements.map(({ sql }) => sql.length)).toEqual([31 * 2 ** 24 + 10, 9, 2 ** 24]);
	});

	it("reads more text than a string can hold when its statements are shorter", async () => {
		const chunk = utf8.encode(`${"a".repeat(2 ** 24)}'; '`);
		const { statements } = await read("'", ...Array.from({ length: 33 }, () => chunk), "'");
		expect(statements).toHaveLength(34);
	});

	it("closes a body that cannot be read", async () => {
		let closed = 0;
		const body = migrationBody(async function* () {
			try {
				yield utf8.encode("\0");
				yield utf8.encode("SELECT 1;");
			} finally {
				closed += 1;
			}
		});
		await expect(readStatements(body)).rejects.toMatchObject({ code: "ERR_INVALID_BODY" });
		expect(closed).toBe(1);
	});

	it("does not depend on where the chunks end", async () => {
		const start = fc.constantFrom("", `SELECT '${LONG}';`, `/*${LONG}*/`, `/*${LONG}`, `--${LONG}`, `${LONG} `);
		const cuts = fc.array(fc.nat(80), { maxLength: 8 });
		const property = fc.asyncProperty(start, anyText, cuts, async (before, sql, places) => {
			const bytes = utf8.encode(sql);
			const ends = [...places.map((place) => Math.min(place, bytes.length)), bytes.length].sort((a, b) => a - b);
			const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
			const expected = await outcomeOf(before + sql);
			expect(await outcomeOf(before, ...chunks)).toEqual(expected);
			expect(await outcomeOf(before, ...bytesOf(sql))).toEqual(expected);
			expect(await outcomeAtOnce(utf8.encode(before + sql))).toEqual(expected);
		});
		await fc.assert(property, { seed, numRuns: 1000 });
	});

	it.each([
		[0x53, 0x0a, 0xff],
		[0x0a, 0xe2, 0x82],
		[0x0a, 0xef, 0xbb, 0xbf, 0xed, 0xa0, 0x80],
	])("finds what is not UTF-8 in the same place at once: %#", async (...bytes) => {
		const expected = await outcomeOf(Uint8Array.from(bytes));
		expect(expected).toMatchObject({ problem: "invalid-utf-8", line: 2 });
		expect(await outcomeAtOnce(Uint8Array.from(bytes))).toEqual(expected);
	});
});

describe("the directives of a body", () => {
	it.each([
		"-- godwit: no-transaction\nVACUUM;",
		"--godwit:no-transaction\nVACUUM;",
		"--  godwit:  no-transaction  \r\nVACUUM;",
		"\uFEFF-- godwit: no-transaction\nVACUUM;",
		"-- made by hand\n\n/* license */;\n-- godwit: no-transaction\nVACUUM;",
		"-- godwit: no-transaction\n-- godwit: no-transaction\n",
		"-- godwit: no-transaction",
	])("are read in %j", async (sql) => {
		expect((await read(sql)).directives).toEqual(["no-transaction"]);
		expect((await read(...bytesOf(sql))).directives).toEqual(["no-transaction"]);
	});

	it.each([
		"VACUUM; -- godwit: no-transaction",
		"VACUUM;\n-- godwit: no-transaction",
		"VACUUM -- godwit: no-transactions",
		"VACUUM; -- godwit: no-transactions",
		"-- not godwit: no-transaction\nVACUUM;",
		"-- see -- godwit: no-transaction\nVACUUM;",
		"-- godwit no-transaction\nVACUUM;",
		"-- godwits: no-transaction\nVACUUM;",
		"/* -- godwit: no-transaction */ VACUUM;",
		"SELECT '-- godwit: no-transaction';",
		"",
	])("are not looked for in %j", async (sql) => {
		expect((await read(sql)).directives).toEqual([]);
	});

	it.each([
		"-- godwit: no-transactions",
		"-- godwit: No-Transaction",
		"-- godwit: no transaction",
		"-- Godwit: no-transaction",
		"-- GODWIT:no-transaction",
		"-- godwit : no-transaction",
		"--\tgodwit\t:\tno-transactoin",
		"/* godwit: no-transaction */",
		"/* x */ /*godwit:no-transaction*/",
	])("have to be exact: %j is refused, and the right one named", async (comment) => {
		const sql = `\n  ${comment}\nVACUUM;`;
		const { problem, line, column, message } = await failureOf(sql);
		expect({ problem, line, column }).toEqual({
			problem: "unknown-directive",
			line: 2,
			column: 3 + comment.search(/\S+\s*godwit/i),
		});
		expect(message).toContain('; did you mean "-- godwit: no-transaction"? known: no-transaction');
		expect(await failureOf(...bytesOf(sql))).toEqual({ problem, line, column, message });
	});

	it.each([
		"-- godwit:",
		"-- godwit: hello",
		"-- godwit: no-transaction please",
		`-- godwit: x${" ".repeat(60_000)}y`,
		`-- godwit: ${LONG.slice(0, 9_000)}`,
	])("are known or refused: %j", async (comment) => {
		const { message } = await failureOf(`${comment}\r\nVACUUM;`);
		expect(message).toMatch(
			/^unknown directive ".{0,60}" at line 1, column 1; known: no-transaction, allow own-tables, no-store, until-done, allow RULE$/,
		);
	});

	it("have to end in the first 65,536 characters", async () => {
		const directive = "-- godwit: no-transaction";
		const longest = " ".repeat(65_536 - directive.length) + directive;
		for (const end of ["", "\n", "\nSELECT 1;"]) {
			expect((await read(longest + end)).directives).toEqual(["no-transaction"]);
			expect((await read(longest, end)).directives).toEqual(["no-transaction"]);
			expect((await read(` ${longest}${end}`)).directives).toEqual([]);
			expect((await read(" ", longest, end)).directives).toEqual([]);
		}
	});
});

describe("a carriage return alone", () => {
	it.each<[sql: string, line: number, column: number]>([
		["-- made by hand\rCREATE TABLE t (a);\r", 1, 16],
		["-- made by hand\rCREATE TABLE t (a);\r\n", 1, 16],
		["\n -- a\r-- b\r\r  CREATE TABLE t (a);\n-- the end\n", 2, 12],
		["CREATE TABLE t (a); -- t\rCREATE TABLE u (a);\r", 1, 25],
		["CREATE TABLE t (a) -- t\rCREATE TABLE u (a);", 1, 24],
		["CREATE TABLE t (a) -- t\rCREATE TABLE u (a);\n-- the end", 1, 24],
		["-- a\r/* b */ 'open", 1, 5],
		["-- godwit: no-transaction\rVACUUM;\r", 1, 26],
	])("that hides statements from SQLite is reported: %j", async (sql, line, column) => {
		const failure = await failureOf(sql);
		expect(failure).toMatchObject({ problem: "carriage-return", line, column });
		expect(failure.message).toBe(
			`carriage return at line ${line}, column ${column} does not end the comment for SQLite, which would silently ignore the statement after it; write the file with LF or CRLF`,
		);
		expect(await failureOf(...bytesOf(sql))).toEqual(failure);
		expect(await failureOf(`SELECT '${LONG}';`, ...bytesOf(sql))).toMatchObject({ problem: "carriage-return", line });
	});

	it("is reported after a directive, also when a statement follows", async () => {
		const failure = await failureOf("-- godwit: no-transaction\rVACUUM;\nSELECT 1;");
		expect(failure).toMatchObject({ problem: "carriage-return", line: 1, column: 26 });
	});

	it("is reported in a comment that is longer than a look", async () => {
		expect(await failureOf(`--${LONG}`, "\r", "SELECT 1")).toMatchObject({
			problem: "carriage-return",
			line: 1,
			column: LONG.length + 3,
		});
		expect(await failureOf(`-- a\rSELECT 1\n/*${LONG}`, LONG, "*/ ")).toMatchObject({ line: 1, column: 5 });
	});

	it("is not reported when a statement follows, however much later", async () => {
		const { statements } = await read(`SELECT '${LONG}';`, "-- a\rb\n", `/*${LONG}*/`, "\n", "SELECT 1;");
		expect(statements).toHaveLength(2);
	});

	it.each<[sql: string, statements: readonly string[]]>([
		["-- a\r-- b\r\r/* c\r */;\r", []],
		["-- a\r\r\n-- b\r", []],
		["/* a\rSELECT 1; */", []],
		["\r \rSELECT\r1;\r", ["SELECT\r1;"]],
		["SELECT '\r -- a\r b;';\r", ["SELECT '\r -- a\r b;';"]],
		["-- a\rb\nSELECT 1;", ["SELECT 1;"]],
		["SELECT 1 -- a\rb\n;", ["SELECT 1 -- a\rb\n;"]],
		["SELECT 1 -- a\rb\n + 1", ["SELECT 1 -- a\rb\n + 1"]],
		["SELECT 1 -- a\r\n", ["SELECT 1 -- a\r\n"]],
	])("elsewhere is what it is for SQLite: %j", async (sql, statements) => {
		expect((await read(sql)).statements.map((statement) => statement.sql)).toEqual(statements);
		expect((await read(...bytesOf(sql))).statements.map((statement) => statement.sql)).toEqual(statements);
	});
});
