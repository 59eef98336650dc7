import { describe, expect, it } from "vitest";
import { type LawSet, runLaws, type SuiteOptions } from "../src/index.ts";

interface Harness {
	readonly name: string;
}

const laws: LawSet<Harness, "speed" | "size"> = {
	capabilities: { speed: "it is fast", size: "it is big" },
	laws: [
		{ id: "a/asked-of-all", of: "A.a", async check() {} },
		{ id: "a/asked-of-the-fast", of: "A.a", requires: ["speed"], async check() {} },
		{ id: "a/asked-of-the-fast-and-big", of: "A.b", requires: ["speed", "size"], async check() {} },
	],
};

interface Suite {
	readonly title: string;
	readonly tests: ReadonlyMap<string, () => Promise<void>>;
}

type Choices = Partial<SuiteOptions<Harness, "speed" | "size">>;

function suiteOf(options: Choices, set: LawSet<Harness, "speed" | "size"> = laws): Suite {
	let title = "";
	const tests = new Map<string, () => Promise<void>>();
	runLaws(set, {
		describe(name, body) {
			title = name;
			body();
		},
		it: (name, body) => tests.set(name, body),
		name: "mine",
		create: async () => ({ name: "subject", async [Symbol.asyncDispose]() {} }),
		...options,
	});
	return { title, tests };
}

describe("runLaws", () => {
	it("asks a subject that claims nothing what is asked of all, and names what it does not claim", () => {
		const { title, tests } = suiteOf({ run: { seed: 7 } });
		expect([...tests.keys()]).toEqual(["a/asked-of-all (A.a)"]);
		expect(title).toBe("mine (seed 7; not claimed: speed, size)");
	});

	it("asks a law only of those who claim all that it needs", () => {
		expect([...suiteOf({ capabilities: ["speed"] }).tests.keys()]).toEqual([
			"a/asked-of-all (A.a)",
			"a/asked-of-the-fast (A.a)",
		]);
		expect(suiteOf({ capabilities: ["speed", "size"] }).tests.size).toBe(3);
	});

	it("leaves out what is skipped and shows the reason", () => {
		const skip = [{ id: "a/asked-of-all", reason: "issue 12" }];
		const { title, tests } = suiteOf({ capabilities: ["speed", "size"], skip, run: { seed: 7 } });
		expect(tests.size).toBe(2);
		expect(title).toBe("mine (seed 7; skipped: a/asked-of-all, issue 12)");
	});

	it("refuses a skip that names no law", () => {
		const skip = [{ id: "a/asked-of-al", reason: "" }];
		expect(() => suiteOf({ skip })).toThrow(
			new TypeError('there is no law to skip named "a/asked-of-al"; did you mean "a/asked-of-all"?'),
		);
	});

	it("refuses a capability that does not exist", () => {
		expect(() => suiteOf({ capabilities: ["sped" as "speed"] })).toThrow(
			new TypeError('there is no capability named "sped"; did you mean "speed"?'),
		);
	});

	it("takes another seed each time unless one is given", () => {
		const titles = new Set(Array.from({ length: 5 }, () => suiteOf({}).title));
		expect(titles.size).toBeGreaterThan(1);
	});

	it("hands seed, number of runs and claims to the law", async () => {
		const seen: unknown[] = [];
		const set: typeof laws = {
			...laws,
			laws: [{ id: "a/b", of: "A", check: async (create, run) => void seen.push((await create()).name, run) }],
		};
		for (const test of suiteOf({ capabilities: ["size"], run: { seed: 3 } }, set).tests.values()) await test();
		expect(seen).toEqual(["subject", { seed: 3, numRuns: 30, capabilities: new Set(["size"]) }]);
	});
});
