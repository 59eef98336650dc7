import { textBody } from "@godwit/core";
import { type RoundStatement, roundStatement } from "@godwit/sql";
import { describe, expect, it } from "vitest";
import { roundLanguage } from "../../src/statements/round-language.ts";
import { splitWhole } from "../../src/statements/split/split-whole.ts";

function read(text: string): RoundStatement {
	const body = splitWhole(textBody(text));
	if (body === undefined) throw new TypeError("a text is read at once");
	return roundStatement(body, roundLanguage);
}

const BATCH = "/* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5) */";

describe("a file that is run in rounds", () => {
	it.each([
		[
			`UPDATE t SET b = 'it''s /* godwit: x */' WHERE b IS NULL ${BATCH};`,
			"UPDATE t SET b = 'it''s /* godwit: x */' WHERE b IS NULL            AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5)   ;",
			"t",
		],
		[
			'UPDATE OR IGNORE main."t u" SET a = 1 /*godwit:LIMIT 5*/',
			'UPDATE OR IGNORE main."t u" SET a = 1          LIMIT 5  ',
			'main."t u"',
		],
		[
			"DELETE FROM t WHERE a /* a remark */ /* godwit: AND b */;",
			"DELETE FROM t WHERE a /* a remark */            AND b   ;",
			"t",
		],
		[
			"INSERT INTO t SELECT * FROM u /* godwit: LIMIT 5 */;",
			"INSERT INTO t SELECT * FROM u            LIMIT 5   ;",
			undefined,
		],
		[
			"UPDATE t SET b = (SELECT 1 LIMIT 1) /*\n\tgodwit: LIMIT 5 */",
			"UPDATE t SET b = (SELECT 1 LIMIT 1)   \n         LIMIT 5   ",
			"t",
		],
		[
			"UPDATE t SET b = (SELECT a FROM (SELECT a FROM u LIMIT 1)) /* godwit: LIMIT 5; */",
			"UPDATE t SET b = (SELECT a FROM (SELECT a FROM u LIMIT 1))            LIMIT 5;   ",
			"t",
		],
	])("has in %s what makes a batch of it", (text, sql, changed) => {
		const found = read(`-- godwit: until-done\n${text}`);
		expect(found.batch.sql).toBe(sql);
		expect(`-- godwit: until-done\n${found.whole.sql}`).toBe(`-- godwit: until-done\n${text}`);
		expect(found.changed).toBe(changed);
	});

	it.each([
		["INSERT INTO t SELECT * FROM u WHERE a /* godwit: LIMIT 5 */;", "SELECT * FROM u WHERE a /* godwit: LIMIT 5 */"],
		[
			'INSERT OR IGNORE INTO main."select" AS with (a, b) WITH n AS (SELECT 1 a) SELECT a, (SELECT 2) FROM n /* godwit: LIMIT 5 */',
			"WITH n AS (SELECT 1 a) SELECT a, (SELECT 2) FROM n",
		],
		[
			"INSERT INTO with SELECT u.a FROM u JOIN v ON u.a = v.a /* godwit: LIMIT 5 */ ON CONFLICT DO NOTHING RETURNING a;",
			"SELECT u.a FROM u JOIN v ON u.a = v.a /* godwit: LIMIT 5 */ ",
		],
		[
			"INSERT INTO t VALUES (1) UNION SELECT 2 /* godwit: LIMIT 5 */ RETURNING *",
			"VALUES (1) UNION SELECT 2 /* godwit: LIMIT 5 */ ",
		],
		[
			"INSERT INTO t SELECT a.x FROM a JOIN conflict ON conflict.a = a.x WHERE a.x /* godwit: LIMIT 5 */ ON CONFLICT (x) DO NOTHING",
			"SELECT a.x FROM a JOIN conflict ON conflict.a = a.x WHERE a.x /* godwit: LIMIT 5 */ ",
		],
		["DELETE FROM t WHERE a /* godwit: LIMIT 5 */", undefined],
	])("has in %s a query of what is left to insert", (text, query) => {
		expect(read(`-- godwit: until-done\n${text}`).inserted).toBe(query);
	});

	it.each([
		["nothing", "", "no-statement", 1, 1],
		["no batch", "UPDATE t SET b = 1 WHERE b IS NULL;", "no-batch", 2, 1],
		["a bare LIMIT", `INSERT INTO t\nSELECT * FROM u LIMIT 5 /* godwit: LIMIT 1 */;`, "limit", 3, 17],
		["several statements", `UPDATE t SET b = 1 ${BATCH};\n DELETE FROM t;`, "several-statements", 3, 2],
		["DDL", "CREATE TABLE t (a /* godwit: x */);", "no-rows", 2, 1],
		["an INSERT of values", "INSERT INTO t VALUES (1) /* godwit: x */;", "no-rows", 2, 1],
		[
			"a second statement in the condition",
			`DELETE FROM t WHERE a /* godwit:\n AND b; DELETE FROM u */;`,
			"several-statements",
			3,
			9,
		],
		["a commit in the condition", `DELETE FROM t /* godwit: WHERE a; COMMIT; BEGIN */;`, "several-statements", 2, 35],
		["a semicolon amid the statement", `DELETE FROM t /* godwit: WHERE a; */ AND b;`, "several-statements", 2, 38],
		["a string over the end of the condition", `DELETE FROM t /* godwit: WHERE a = ' */ AND 'b';`, "unclosed", 2, 15],
		[
			"a line comment over the end of the condition",
			`DELETE FROM t WHERE a /* godwit: AND b -- c */ AND d;`,
			"unclosed",
			2,
			23,
		],
		[
			"a comment over the end of the condition",
			`DELETE FROM t WHERE a /* godwit: AND b /* */ AND d /**/;`,
			"unclosed",
			2,
			23,
		],
		["an empty condition", `DELETE FROM t WHERE id IN (SELECT 1)\n/* godwit: */;`, "no-batch", 3, 1],
		["a condition of a remark", `DELETE FROM t WHERE a /* godwit: -- all\n */;`, "no-batch", 2, 23],
		[
			"an empty condition beside another",
			`DELETE FROM t WHERE a /* godwit: */ /* godwit: AND b */;`,
			"no-batch",
			2,
			23,
		],
		[
			"a LIMIT of rows in a subquery",
			`DELETE FROM t WHERE (id IN (SELECT id FROM t LIMIT 50)) ${BATCH};`,
			"limit",
			2,
			46,
		],
		["a LIMIT of rows to insert", `INSERT INTO t SELECT * FROM (SELECT 1 LIMIT 5) ${BATCH};`, "limit", 2, 39],
		[
			"a LIMIT of rows in a common table expression",
			`INSERT INTO t WITH c AS (SELECT 1 LIMIT 5) SELECT * FROM c ${BATCH};`,
			"limit",
			2,
			35,
		],
		["UPDATE OR REPLACE", `UPDATE or replace t SET a = 1 ${BATCH};`, "conflict", 2, 8],
		["INSERT OR REPLACE", `INSERT OR REPLACE INTO t SELECT * FROM u ${BATCH};`, "conflict", 2, 8],
		[
			"an upsert",
			`INSERT INTO t SELECT * FROM u WHERE 1 /* godwit: LIMIT 1 */ ON CONFLICT DO UPDATE SET a = 1;`,
			"conflict",
			2,
			73,
		],
		["no transaction", `-- godwit: no-transaction\nUPDATE t SET b = 1 ${BATCH};`, "no-transaction", 3, 1],
	])("is refused with %s, and its place", (_, text, problem, line, column) => {
		expect(() => read(`-- godwit: until-done\n${text}`)).toThrow(
			expect.objectContaining({
				code: "ERR_INVALID_BODY",
				details: { problem: `until-done: ${problem}`, line, column },
			}),
		);
	});
});
