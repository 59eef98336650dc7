import { describe, expect, it } from "vitest";
import { goDuration } from "../../src/output/text/go-duration.ts";

describe("goDuration", () => {
	it.each([
		[0, "0s"],
		[0.0000004, "0s"],
		[0.000001, "1ns"],
		[0.000999, "999ns"],
		[0.001, "1µs"],
		[0.9325714, "932.571µs"],
		[0.9999996, "1ms"],
		[1, "1ms"],
		[4.5, "4.5ms"],
		[4.51234, "4.512ms"],
		[999.9994, "999.999ms"],
		[999.9996, "1s"],
		[1000, "1s"],
		[1500.25, "1.5s"],
		[59_999.4, "59.999s"],
		[59_999.6, "1m0s"],
		[60_000, "1m0s"],
		[90_500, "1m30.5s"],
		[3_600_000, "1h0m0s"],
		[3_661_001, "1h1m1.001s"],
		[90_000_000, "25h0m0s"],
	])("writes %s ms as %s", (milliseconds, expected) => {
		expect(goDuration(milliseconds)).toBe(expected);
	});
});
