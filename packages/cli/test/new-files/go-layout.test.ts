import { describe, expect, it } from "vitest";
import { formatGoLayout } from "../../src/new-files/go-layout.ts";

const afternoon = new Date("2024-03-07T16:05:09Z");
const midnight = new Date("2023-12-31T00:30:45Z");

describe("formatGoLayout", () => {
	it.each([
		["20060102150405", "20240307160509"],
		["2006", "2024"],
		["060102", "240307"],
		["200612", "202437"],
		["2006002", "2024067"],
		["03", "04"],
		["3", "4"],
		["15", "16"],
		["0405", "0509"],
		["45", "59"],
		["7", "7"],
		["0", "0"],
		["2006-01-02", "2024-03-07"],
	])("writes the layout %s as %s", (layout, expected) => {
		expect(formatGoLayout(afternoon, layout, "UTC")).toBe(expected);
	});

	it("counts twelve hours from 12 at midnight", () => {
		expect(formatGoLayout(midnight, "03", "UTC")).toBe("12");
		expect(formatGoLayout(midnight, "15", "UTC")).toBe("00");
	});

	it("counts the days of a year from 001", () => {
		expect(formatGoLayout(new Date("2024-01-01T00:00:00Z"), "002", "UTC")).toBe("001");
		expect(formatGoLayout(new Date("2024-12-31T23:59:59Z"), "002", "UTC")).toBe("366");
	});

	it.each([
		["America/New_York", "20231230193045"],
		["Asia/Kolkata", "20231231060045"],
		["Pacific/Kiritimati", "20231231143045"],
		["Etc/UTC", "20231231003045"],
	])("shows the time in %s", (timeZone, expected) => {
		expect(formatGoLayout(midnight, "20060102150405", timeZone)).toBe(expected);
	});

	it("knows the zone of the machine as Local", () => {
		const year = String(afternoon.getFullYear());
		expect(formatGoLayout(afternoon, "2006", "Local")).toBe(year);
	});

	it("refuses a zone that does not exist", () => {
		expect(() => formatGoLayout(midnight, "2006", "Nowhere/Land")).toThrow("unknown time zone Nowhere/Land");
	});
});
