import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineDifferences } from "../../../src/engine/dump/line-differences.ts";

/** Makes the second text of the first and the differences. */
function applied(before: readonly string[], differences: ReturnType<typeof lineDifferences>): readonly string[] {
	const after: string[] = [];
	for (let at = 1; at <= before.length + 1; at++) {
		const here = differences.filter((difference) => difference.at === at);
		after.push(...here.filter(({ sign }) => sign === "+").map(({ text }) => text));
		const line = before[at - 1];
		if (line !== undefined && !here.some(({ sign }) => sign === "-")) after.push(line);
	}
	return after;
}

describe("lineDifferences", () => {
	it("names lines by their number in the first text", () => {
		expect(lineDifferences(["a", "b", "c", "d"], ["a", "c", "x", "d"])).toEqual([
			{ at: 2, sign: "-", text: "b" },
			{ at: 4, sign: "+", text: "x" },
		]);
	});

	it("finds none between equal texts", () => {
		expect(lineDifferences(["a", "b"], ["a", "b"])).toEqual([]);
	});

	it("makes the second text of the first", () => {
		const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
		fc.assert(
			fc.property(lines, lines, (before, after) => {
				expect(applied(before, lineDifferences(before, after))).toEqual(after);
			}),
			{ seed: 17, numRuns: 500 },
		);
	});

	it("compares thousands of lines that all differ", () => {
		const before = Array.from({ length: 3_000 }, (_, at) => `old ${at}`);
		const after = Array.from({ length: 3_000 }, (_, at) => `new ${at}`);
		expect(lineDifferences(before, after)).toHaveLength(6_000);
	});
});
