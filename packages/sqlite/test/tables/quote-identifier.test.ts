import { describe, expect, it } from "vitest";
import { quoteIdentifier } from "../../src/tables/quote-identifier.ts";

describe("quoteIdentifier", () => {
	it.each([
		["plain", '"plain"'],
		["with space", '"with space"'],
		['with "quotes"', '"with ""quotes"""'],
		["with 'single' ones", "\"with 'single' ones\""],
		["", '""'],
	])("quotes %j", (name, quoted) => {
		expect(quoteIdentifier(name)).toBe(quoted);
	});
});
