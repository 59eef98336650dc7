/**
 * `run-suite.ts SUITE`: runs the tests of `suite-of-tests.ts` with Vitest, and prints the median of what they took, without the
 * first, in which everything is new. SUITE is a `SuiteOfTests` as JSON.
 */
import { startVitest } from "vitest/node";
import type { Sample } from "../sample.ts";
import { median } from "../statistics.ts";

export interface SuiteOfTests {
	/** The node_modules where godwit, @godwit/testing and better-sqlite3 are installed. */
	readonly modules: string;
	readonly binding: "sqlite-native" | "sqlite-node";
	/** A copy of a template, or `up()` on an empty database. */
	readonly way: "template" | "up";
	readonly place: "memory" | "file";
	/** A URL. */
	readonly source: string;
	readonly tests: number;
	/** How many the source has. */
	readonly migrations: number;
	/** For templates and databases. */
	readonly folder: string;
}

const [suite = "{}"] = process.argv.slice(2);
const samples: Sample[] = [];
const failures: unknown[] = [];
process.env.SUITE_OF_TESTS = suite;

await startVitest("test", [], {
	root: import.meta.dirname,
	include: ["suite-of-tests.ts"],
	config: false,
	watch: false,
	testTimeout: 120_000,
	hookTimeout: 120_000,
	reporters: [
		{
			onTestCaseResult(test) {
				const { cpuMilliseconds } = test.meta() as Pick<Sample, "cpuMilliseconds">;
				samples.push({ milliseconds: test.diagnostic()?.duration ?? Number.NaN, cpuMilliseconds });
				if (!test.ok()) failures.push(test.result().errors);
			},
			onTestRunEnd(_, errors) {
				failures.push(...errors);
			},
		},
	],
});

const { tests } = JSON.parse(suite) as SuiteOfTests;
if (failures.length > 0 || samples.length !== tests) {
	throw new Error(`${failures.length} failures, and ${samples.length} of ${tests} tests ended`, { cause: failures });
}
const later = samples.slice(1);
const milliseconds = median(later.map((sample) => sample.milliseconds));
const cpuMilliseconds = median(later.map((sample) => sample.cpuMilliseconds ?? Number.NaN));
console.log(JSON.stringify({ milliseconds, cpuMilliseconds } satisfies Sample));
