import { describe, expect, it } from "vitest";
import { printable, printableLine } from "../../src/output/text/printable.ts";

describe("printable", () => {
	it("replaces what a terminal obeys and what turns a line around, and keeps lines and tabs", () => {
		expect(printable("a\u001B[2J\u202Eb\u2066c\td\n")).toBe("a\uFFFD[2J\uFFFDb\uFFFDc\td\n");
	});
});

describe("printableLine", () => {
	it.each(["\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"])("keeps a text with %j on one line", (end) => {
		expect(printableLine(`k${end}::error::x`)).toBe(`k${"\uFFFD".repeat(end.length)}::error::x`);
	});
});
