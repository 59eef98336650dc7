import fc from "fast-check";
import { loadModule, parseSync } from "libpg-query";
import { beforeAll, describe, expect, it } from "vitest";
import { splitStatements } from "../../src/statements/split-statements.ts";
import { UnclosedText } from "../../src/statements/tokens.ts";

const split = (text: string): readonly string[] =>
	splitStatements(text).statements.map(({ start, end }) => text.slice(start, end));

describe("splitStatements", () => {
	it.each([
		["SELECT 1; SELECT 2", ["SELECT 1;", "SELECT 2"]],
		["SELECT ';'; SELECT 'it''s;'", ["SELECT ';';", "SELECT 'it''s;'"]],
		["SELECT E'\\';'; SELECT e'a\\\\';", ["SELECT E'\\';';", "SELECT e'a\\\\';"]],
		["SELECT '\\'; SELECT 2;", ["SELECT '\\';", "SELECT 2;"]],
		["SELECT E'a'\n'\\';'; SELECT 2", ["SELECT E'a'\n'\\';';", "SELECT 2"]],
		['SELECT "a;""b"; SELECT U&"\\0061;", u&\'x;\'', ['SELECT "a;""b";', "SELECT U&\"\\0061;\", u&'x;'"]],
		["SELECT $$;$$, $a$ $$;$b$ $a$; SELECT $1", ["SELECT $$;$$, $a$ $$;$b$ $a$;", "SELECT $1"]],
		["SELECT a$b$c; SELECT 2", ["SELECT a$b$c;", "SELECT 2"]],
		["/* a /* ; */ ; */ SELECT 1 /* ; */ -- ;\n; ;; -- end", ["SELECT 1 /* ; */ -- ;\n;"]],
		["-- a\rSELECT 1;", ["SELECT 1;"]],
		[
			"CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
			["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);", "SELECT 3"],
		],
		[
			"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
			[
				"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
				"SELECT 3",
			],
		],
		["BEGIN; SELECT 1; END;", ["BEGIN;", "SELECT 1;", "END;"]],
	])("splits %j", (text, statements) => {
		expect(split(text)).toEqual(statements);
	});

	it.each([
		["SELECT 'a", "string", 7],
		["SELECT 1; SELECT E'a\\'", "string", 17],
		['SELECT "a""', "identifier", 7],
		["SELECT 1 /* a /* b */", "comment", 9],
		["SELECT $a$ $$ $A$", "dollar-quoted string", 7],
	] as const)("says where what is never closed in %j begins", (text, what, start) => {
		const error = ((): unknown => {
			try {
				return split(text);
			} catch (thrown) {
				return thrown;
			}
		})();
		expect(error).toBeInstanceOf(UnclosedText);
		expect(error).toMatchObject({ what, start });
	});
});

/** Pieces of statements, many of which hide a semicolon. */
const PIECES = [
	"SELECT 1",
	"SELECT 'a;b'",
	"SELECT 'it''s;'",
	"SELECT E'\\';'",
	"SELECT E'a' \n '\\';'",
	"SELECT $$ ; ' $$",
	"SELECT $x$ $$ ; $x$",
	'SELECT 1 AS "a;""b"',
	"SELECT U&'d\\0061;t'",
	"SELECT B'01', x'ff', N'n;'",
	"SELECT 1 /* ; /* ; */ ' */",
	"SELECT 1 -- ; '\n",
	"CREATE TABLE größe (a int, b text DEFAULT ';')",
	"CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT ';')",
	"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN 1; END; $f$",
	"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 2 END; SELECT 2; END",
	"CREATE PROCEDURE p(a int) BEGIN ATOMIC INSERT INTO t VALUES (a); END",
	"DO $$ BEGIN PERFORM ';'; END $$",
	"COMMIT",
	"BEGIN",
	"",
] as const;
const GAPS = ["", " ", "\n", "\r\n", "-- ; '\n", "/* ; /* ' */ */", "\t"] as const;

describe("splitStatements, beside PostgreSQL's own parser", () => {
	beforeAll(() => loadModule());

	it("finds the same statements at the same places", () => {
		const text = fc
			.array(fc.tuple(fc.constantFrom(...GAPS), fc.constantFrom(...PIECES), fc.constantFrom(...GAPS)), { maxLength: 6 })
			.map((parts) => parts.map(([before, piece, after]) => `${before}${piece}${after}`).join(";"));
		fc.assert(
			fc.property(text, (sql) => {
				expect(places(sql)).toEqual(parserPlaces(sql));
			}),
			{ seed: 1, numRuns: 100, examples: PIECES.map((piece) => [`${piece};${piece}`]) },
		);
	});
});

/** Start, and the first characters, which are enough to tell them apart. */
function places(sql: string): readonly string[] {
	return splitStatements(sql).statements.map(({ start }) => `${start} ${sql.slice(start, start + 12)}`);
}

/** The parser counts bytes, and its statements begin with the space before them. */
function parserPlaces(sql: string): readonly string[] {
	// It takes no empty text.
	if (sql.trim() === "") return [];
	const bytes = Buffer.from(sql);
	const { stmts } = parseSync(sql) as { readonly stmts?: readonly { readonly stmt_location?: number }[] };
	return (stmts ?? []).map(({ stmt_location: at = 0 }) => {
		const before = bytes.subarray(0, at).toString();
		const start = before.length + (GAP.exec(sql.slice(before.length))?.[0].length ?? 0);
		return `${start} ${sql.slice(start, start + 12)}`;
	});
}

/** Comments in these texts nest at most once. */
const GAP = /^(?:\s|;|--[^\n]*\n|\/\* ; \/\* ' \*\/ \*\/)*/;
