import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGoDuration } from "../src/go-duration.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

describe("parseGoDuration", () => {
	it.each([
		["0", 0],
		["0s", 0],
		["15s", 15_000],
		["250ms", 250],
		["1m30s", 90_000],
		["1h0m0.5s", 3_600_500],
		[".5s", 500],
		["1.s", 1_000],
		["1.5h", 5_400_000],
		["2us", 0.002],
		["2µs", 0.002],
		["2μs", 0.002],
		["3ns", 0.000003],
		["1s1s", 2_000],
		["2562047h47m16s", 9_223_372_036_000],
	])("reads %s as %d ms", (text, milliseconds) => {
		expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9);
	});

	it.each([
		"",
		"15",
		"s",
		".s",
		"-1s",
		"+1s",
		"1 s",
		" 1s",
		"1s ",
		"1d",
		"1S",
		"1e3s",
		"1,5s",
		"1s2",
		"00",
		"Infinity",
		"2562047h47m17s",
		"99999999999h",
	])("does not read %j", (text) => {
		expect(parseGoDuration(text)).toBeUndefined();
	});

	it("adds up the parts, whatever their order", () => {
		const part = fc.record({ amount: fc.nat(10_000), unit: fc.constantFrom("ms", "s", "m", "h") });
		const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
		fc.assert(
			fc.property(fc.array(part, { minLength: 1 }), (parts) => {
				const text = parts.map(({ amount, unit }) => `${amount}${unit}`).join("");
				const sum = parts.reduce((total, { amount, unit }) => total + amount * unitMs[unit as keyof typeof unitMs], 0);
				expect(parseGoDuration(text)).toBe(sum);
			}),
			{ seed, numRuns: 200 },
		);
	});
});
