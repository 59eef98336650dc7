import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { CHANGES } from "./changes.ts";
import { measureRules } from "./measure-rules.ts";

/** As many as hold every fault several times; `pnpm analysis` measures more. */
const SETS = 6;

describe.each(backends.slice(0, 1))("the rules, on generated sets of migrations with faults on $name,", (backend) => {
	it("find every fault, and raise no false alarm", async () => {
		const { rates, faults } = await measureRules(backend, Number(process.env.GODWIT_SEED ?? 1), SETS);
		expect(faults).toEqual([]);
		const measured = [...rates].map(([rule, { faults, found, falseAlarms }]) => {
			return { rule, recall: found / faults, precision: found / (found + falseAlarms) };
		});
		const rules = new Set(CHANGES.flatMap(({ finds }) => finds ?? []));
		expect(measured.map(({ rule }) => rule).toSorted()).toEqual([...rules].toSorted());
		expect(measured.filter(({ recall, precision }) => recall < 1 || precision < 1)).toEqual([]);
	});
});
