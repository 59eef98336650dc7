import { describe, expect, it } from "vitest";
import { locateSyntaxError } from "../../src/statements/locate-syntax-error.ts";

const statement = (sql: string) => ({ sql, keyword: "CREATE", line: 7, column: 3 });

describe("locateSyntaxError", () => {
	it.each([
		["on the first line", "CREATE TABL t (a);", 'near "TABL": syntax error', 7, 10],
		["on a later line", "CREATE TABLE t (\n\ta INTEGER,\n\tb INTEGR NOT NUL\n);", 'near "NUL": syntax error', 9, 15],
		["after lines that end in CRLF", "CREATE TABLE t (\r\n\ta NOT NUL\r\n);", 'near "NUL": syntax error', 8, 8],
		["by a token that is none", "SELECT\n  'it;", 'unrecognized token: "\'it;"', 8, 3],
		["at the start when the text stands twice", "SELECT a FROM a FROM b", 'near "FROM": syntax error', 7, 3],
		["at the start for an error of another kind", "SELECT\nnope", "no such column: nope", 7, 3],
	])("places the error %s", (_, sql, message, line, column) => {
		expect(locateSyntaxError(statement(sql), message)).toEqual({ line, column });
	});
});
