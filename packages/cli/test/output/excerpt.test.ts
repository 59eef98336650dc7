import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { excerpt } from "../../src/output/text/excerpt.ts";
import { folderOf } from "../fixtures/godwit.ts";

async function excerptOf(text: string, line: number, column: number): Promise<string | undefined> {
	const folder = await folderOf({ "a.sql": text });
	return excerpt(join(folder, "a.sql"), { line, column });
}

describe("excerpt", () => {
	it("points at a column of a line", async () => {
		expect(await excerptOf("one;\ntwo three;\nfour;", 2, 5)).toBe("  2 | two three;\n    |     ^");
	});

	it("points at the first and the last line, with or without a line break at the end", async () => {
		expect(await excerptOf("one;\ntwo;", 1, 1)).toBe("  1 | one;\n    | ^");
		expect(await excerptOf("one;\ntwo;", 2, 4)).toBe("  2 | two;\n    |    ^");
		expect(await excerptOf("one;\ntwo;\n", 2, 4)).toBe("  2 | two;\n    |    ^");
	});

	it("keeps tabs before the caret, so that it stands below its place", async () => {
		expect(await excerptOf("\t\tx y", 1, 5)).toBe("  1 | \t\tx y\n    | \t\t  ^");
	});

	it("leaves out a byte order mark and a carriage return", async () => {
		expect(await excerptOf("\uFEFFone;\r\ntwo;\r\n", 1, 2)).toBe("  1 | one;\n    |  ^");
	});

	it("shows a window of a long line", async () => {
		const shown = await excerptOf(`${"a".repeat(200_000)}!${"b".repeat(200_000)}\nend`, 1, 200_001);
		expect(shown).toBe(`  1 | ${"a".repeat(50)}!${"b".repeat(59)}\n    | ${" ".repeat(50)}^`);
	});

	it("finds a line far into a file", async () => {
		const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index + 1};`).join("\n");
		expect(await excerptOf(lines, 99_999, 6)).toBe("  99999 | line 99999;\n        |      ^");
	});

	it("is missing when there is no such line, or no such file", async () => {
		expect(await excerptOf("one;\n", 3, 1)).toBeUndefined();
		expect(await excerpt("1/up", { line: 1, column: 1 })).toBeUndefined();
	});
});
