import { describe, expect, it } from "vitest";
import { nearestName } from "../src/nearest-name.ts";

describe("nearestName", () => {
	it.each([
		["x-lock-timout", "x-lock-timeout"],
		["x-locktimeout", "x-lock-timeout"],
		["ab", "a"],
		["x-tx-mode", "x-tx-mode"],
	])("%s means %s", (name, meant) => {
		expect(nearestName(name, ["x-lock-timeout", "x-tx-mode", "a"])).toBe(meant);
	});

	it("knows nothing near when more than a third of the letters differ", () => {
		expect(nearestName("abcxyz", ["abcdef"])).toBeUndefined();
		expect(nearestName("abcdxy", ["abcdef"])).toBe("abcdef");
	});

	it("knows nothing near when there are no candidates", () => {
		expect(nearestName("a", [])).toBeUndefined();
	});
});
