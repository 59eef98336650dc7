import { textBody } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { type RoundBodies, roundBodies } from "../../src/rounds/round-bodies.ts";
import { readBody } from "../../src/statements/read-body.ts";

async function read(text: string): Promise<RoundBodies> {
	return roundBodies(await readBody(textBody(`-- godwit: until-done\n${text}`)));
}

const BATCH = "/* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5) */";

describe("a file that is run in rounds on PostgreSQL", () => {
	it.each([
		[
			`UPDATE t SET b = $$it's /* godwit: x */$$ WHERE b IS NULL ${BATCH};`,
			"UPDATE t SET b = $$it's /* godwit: x */$$ WHERE b IS NULL            AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5)   ;",
			"t",
		],
		[
			'UPDATE ONLY app."t u" SET a = 1 WHERE true /*godwit:AND b*/',
			'UPDATE ONLY app."t u" SET a = 1 WHERE true          AND b  ',
			'ONLY app."t u"',
		],
		[
			"DELETE FROM t WHERE a /* a /* nested */ remark */ /* godwit: AND b */;",
			"DELETE FROM t WHERE a /* a /* nested */ remark */            AND b   ;",
			"t",
		],
		[
			"INSERT INTO t SELECT * FROM u /* godwit: FETCH FIRST 5 ROWS ONLY */;",
			"INSERT INTO t SELECT * FROM u            FETCH FIRST 5 ROWS ONLY   ;",
			undefined,
		],
		[
			"UPDATE t SET b = (SELECT 1 LIMIT 1) WHERE a /*\n\tgodwit: AND b */",
			"UPDATE t SET b = (SELECT 1 LIMIT 1) WHERE a   \n         AND b   ",
			"t",
		],
	])("has in %s what makes a batch of it", async (text, sql, changed) => {
		const { batch, whole, changed: table } = await read(text);
		expect(batch.text).toBe(`-- godwit: until-done\n${sql}`);
		expect(batch.statements.map((statement) => statement.sql.trimEnd())).toEqual([sql.trimEnd()]);
		expect(whole.text).toBe(`-- godwit: until-done\n${text}`);
		expect(table).toBe(changed);
	});

	it.each([
		["INSERT INTO t SELECT id FROM u /* godwit: LIMIT 5 */;", "SELECT id FROM u /* godwit: LIMIT 5 */"],
		[
			'INSERT INTO app."select" AS s (id) OVERRIDING SYSTEM VALUE WITH w AS (SELECT 1) SELECT * FROM w /* godwit: LIMIT 5 */ RETURNING id',
			"WITH w AS (SELECT 1) SELECT * FROM w /* godwit: LIMIT 5 */ ",
		],
		[
			"INSERT INTO t SELECT a.id FROM a JOIN conflict ON conflict.id = a.id /* godwit: LIMIT 5 */ ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING;",
			"SELECT a.id FROM a JOIN conflict ON conflict.id = a.id /* godwit: LIMIT 5 */ ",
		],
		["DELETE FROM t WHERE a /* godwit: AND b */;", undefined],
	])("has in %s the query of an INSERT", async (text, query) => {
		expect((await read(text)).inserted).toBe(query);
	});

	it.each([
		["nothing", "", "no-statement", 1, 1],
		["no batch", "UPDATE t SET b = 1 WHERE b IS NULL;", "no-batch", 2, 1],
		["a bare LIMIT", "INSERT INTO t\nSELECT * FROM u LIMIT 5 /* godwit: LIMIT 1 */;", "limit", 3, 17],
		["a bare FETCH", "INSERT INTO t SELECT 1 FETCH FIRST ROW ONLY /* godwit: x */;", "limit", 2, 24],
		["a bare OFFSET", "INSERT INTO t SELECT 1 OFFSET 5 /* godwit: LIMIT 1 */;", "limit", 2, 24],
		["a LIMIT of rows after ANY", `DELETE FROM t WHERE id = ANY (SELECT 1 LIMIT 5) ${BATCH};`, "limit", 2, 40],
		["a LIMIT of rows after USING", `DELETE FROM t USING (SELECT 1 LIMIT 5) u ${BATCH};`, "limit", 2, 31],
		["several statements", `UPDATE t SET b = 1 ${BATCH};\n DELETE FROM t;`, "several-statements", 3, 2],
		["DDL", "CREATE TABLE t (a int /* godwit: x */);", "no-rows", 2, 1],
		["an INSERT of values", "INSERT INTO t VALUES (1) /* godwit: x */;", "no-rows", 2, 1],
		["a commit in the condition", "DELETE FROM t /* godwit: WHERE a; COMMIT; BEGIN */;", "several-statements", 2, 35],
		["a string over the end of the condition", "DELETE FROM t /* godwit: WHERE a = ' */ AND 'b';", "unclosed", 2, 15],
		[
			"a dollar-quoted string over the end of the condition",
			"DELETE FROM t /* godwit: WHERE a = $$ */ AND $$b$$;",
			"unclosed",
			2,
			15,
		],
		["a line comment over the end", "DELETE FROM t WHERE a /* godwit: AND b -- c */ AND d;", "unclosed", 2, 23],
		["a nested comment", "DELETE FROM t WHERE a /* godwit: AND b /* c */ AND d */;", "unclosed", 2, 23],
		["an empty condition", "DELETE FROM t WHERE id IN (SELECT 1)\n/* godwit: */;", "no-batch", 3, 1],
		["a condition of a remark", "DELETE FROM t WHERE a /* godwit: -- all\n */;", "no-batch", 2, 23],
		[
			"an upsert",
			"INSERT INTO t SELECT * FROM u /* godwit: LIMIT 1 */ ON CONFLICT (a) DO UPDATE SET a = 1;",
			"conflict",
			2,
			69,
		],
		["no transaction", `-- godwit: no-transaction\nUPDATE t SET b = 1 ${BATCH};`, "no-transaction", 3, 1],
	])("is refused with %s, and its place", async (_, text, problem, line, column) => {
		await expect(read(text)).rejects.toMatchObject({
			code: "ERR_INVALID_BODY",
			details: { problem: `until-done: ${problem}`, line, column },
		});
	});
});
