import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { anyStatements, TEMPLATES } from "./any-statement.ts";
import { measuredStatements } from "./measured-statements.ts";
import { missed } from "./statement-truth.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Number(process.env.GODWIT_RUNS ?? 8);

describe.each(backends)("the effects of generated statements, on $name", (backend) => {
	it("name every table that is changed, dropped or made, with foreign keys off and on", async () => {
		const ran = new Set<string>();
		const property = fc.asyncProperty(anyStatements, async (statements) => {
			for await (const { kind, sql, file, plain, enforced } of measuredStatements(backend, statements)) {
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
