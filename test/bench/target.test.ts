import { describe, expect, it } from "vitest";
import type { Series } from "./statistics.ts";
import { onEither } from "./storage.ts";
import { growthTarget, judge, limitTarget, memoryTarget, timeBeyondStartTarget, timeTarget } from "./target.ts";

function series(name: string, ...milliseconds: readonly number[]): Series {
	return { name, samples: milliseconds.map((time) => ({ milliseconds: time })) };
}

describe("judge", () => {
	it("decides by the median of the ratios in each round, not by the ratio of the medians", () => {
		// The machine was ten times as slow in the second round, and one run of raw met something else.
		const measured = [series("godwit", 11, 110, 12), series("raw", 10, 100, 100)];

		const verdict = judge(timeTarget("godwit", "raw", 1.1), "disk", measured);

		expect(verdict?.measurement).toEqual({
			value: 1.1,
			pairs: { lowest: 0.12, highest: 1.1, rounds: 3, ofMedians: 0.12 },
		});
		expect(verdict?.met).toBe(true);
	});

	it("takes the limit of the storage, and has no verdict where there is none", () => {
		const measured = [series("godwit", 12), series("raw", 10)];
		const target = timeTarget("godwit", "raw", { disk: 1.05, tmpfs: 1.25 });

		expect(judge(target, "disk", measured)).toMatchObject({ limit: 1.05, met: false });
		expect(judge(target, "tmpfs", measured)).toMatchObject({ limit: 1.25, met: true });
		expect(judge(timeTarget("godwit", "raw", 2), "tmpfs", measured)).toBeUndefined();
		expect(judge(timeTarget("godwit", "raw", onEither(2)), "tmpfs", measured)?.met).toBe(true);
	});

	it("has nothing measured where a contender failed, did not run, or is not there", () => {
		const failed: Series = { name: "raw", samples: [{ milliseconds: 10, note: "out of memory" }] };
		const target = timeTarget("godwit", "raw", 100);

		for (const raw of [[failed], [series("raw")], []]) {
			const verdict = judge(target, "disk", [series("godwit", 1), ...raw]);
			expect(verdict?.measurement).toBeUndefined();
			expect(verdict?.met).toBe(false);
		}
	});

	it("pairs the rounds of a growth and of a time beyond the start, too", () => {
		const growth = growthTarget("godwit", "raw", "1", "10", 1);
		const sizes = [
			...[series("godwit, 1", 1, 2, 4), series("godwit, 10", 10, 40, 44)],
			...[series("raw, 1", 1, 1, 1), series("raw, 10", 10, 10, 10)],
		];
		expect(judge(growth, "disk", sizes)?.measurement?.value).toBe(1.1);

		const beyond = timeBeyondStartTarget("godwit up", "node", "migrate up", 1);
		const commands = [series("godwit up", 45, 100, 80), series("node", 40, 60, 40), series("migrate up", 5, 20, 10)];
		expect(judge(beyond, "disk", commands)?.measurement?.value).toBe(2);
	});

	it("takes the median of all runs for a limit of time", () => {
		const runs = series("godwit", 4, 90, 5);
		expect(judge(limitTarget("godwit", 5), "disk", [runs])).toMatchObject({
			...{ promise: "godwit", unit: "ms", limit: 5, met: true },
			measurement: { value: 5 },
		});
		expect(judge(limitTarget("godwit", 4.9), "disk", [runs])?.met).toBe(false);
	});

	it("takes the highest peak of all runs for a limit of memory", () => {
		const runs: Series = {
			name: "godwit",
			samples: [90, 210, 100].map((peakRssMb) => ({ milliseconds: 1, peakRssMb })),
		};

		expect(judge(memoryTarget("godwit", 200), "disk", [runs])).toMatchObject({
			measurement: { value: 210 },
			met: false,
		});
	});
});
