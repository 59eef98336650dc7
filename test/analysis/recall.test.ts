import { textBody } from "@godwit/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { anyStatements, ROWS, SCHEMA, TEMPLATES } from "./any-statement.ts";
import { missed, run } from "./statement-truth.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Number(process.env.GODWIT_RUNS ?? 8);

describe.each(backends)("the effects of generated statements, on $name", (backend) => {
	it("name every table that is changed, dropped or made, with foreign keys off and on", async () => {
		const ran = new Set<string>();
		const property = fc.asyncProperty(anyStatements, async (statements) => {
			using connection = backend.connect(":memory:");
			connection.exec(SCHEMA + ROWS);
			await using driver = connection.withInstance();
			for (const { kind, sql } of statements) {
				const [file] = (await driver.analyse?.([textBody(sql)]))?.files ?? [];
				if (file === undefined) throw new Error("nothing was analysed");
				const enforced = run(connection, sql, { foreignKeys: true, stays: false });
				const plain = run(connection, sql, { foreignKeys: false, stays: true });
				if (file.fails) {
					expect(plain.error, `${sql} was said to fail: ${file.findings[0]?.message}`).toBeDefined();
					continue;
				}
				if (plain.error === undefined) {
					ran.add(kind);
					expect(missed(file, plain, false), sql).toEqual([]);
				}
				if (enforced.error === undefined) expect(missed(file, enforced, true), `${sql} with foreign keys`).toEqual([]);
			}
		});
		await fc.assert(property, { seed, numRuns, endOnFailure: true });
		expect(ran.size, "kinds that ran").toBeGreaterThan(Object.keys(TEMPLATES).length * 0.6);
	});
});
