import { describe, expect, it } from "vitest";
import { MAX_VERSION, NIL_VERSION, toVersion } from "../src/version.ts";

describe("toVersion", () => {
	it.each([
		[-1, NIL_VERSION],
		[-1n, NIL_VERSION],
		[0, 0n],
		[-0, 0n],
		[20_240_131_120_000, 20_240_131_120_000n],
		[Number.MAX_SAFE_INTEGER, 2n ** 53n - 1n],
		[1_753_000_000_123_456_789n, 1_753_000_000_123_456_789n],
		[MAX_VERSION, 9_223_372_036_854_775_807n],
	])("takes %s", (value, version) => {
		expect(toVersion(value)).toBe(version);
	});

	it.each([-2, -2n, MAX_VERSION + 1n, 2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %s", (value) => {
		expect(() => toVersion(value)).toThrow(
			expect.objectContaining({ code: "ERR_INVALID_VERSION", details: { version: String(value) } }),
		);
	});

	it("says to pass a bigint where it was given a number alone", () => {
		const range = "is not a whole number from -1 to 9223372036854775807";
		expect(() => toVersion(2 ** 53)).toThrow(`version 9007199254740992 ${range}; pass versions above 2^53 as bigint`);
		expect(() => toVersion(2n ** 63n)).toThrow(new RegExp(`^version 9223372036854775808 ${range}$`));
	});
});
