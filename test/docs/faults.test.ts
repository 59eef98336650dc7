import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/faults.md"), "utf8");

const ROW = /^\| (?<fault>.+) \| `(?<file>[^`|]+)` \| (?<title>[^|]+) \|$/gm;
const rows = [...page.matchAll(ROW)].map(({ groups }) => groups ?? {});

describe("docs/faults.md", () => {
	it("has nothing in its tables but heads and rows with a file and a title", () => {
		const lines = page.split("\n").filter((line) => line.startsWith("|"));
		const heads = page.match(/^\| what must not happen \| file \| test \|\n\| --- \| --- \| --- \|$/gm) ?? [];
		expect(heads).not.toEqual([]);
		expect(rows.length).toBe(lines.length - 2 * heads.length);
	});

	it.each(rows)("$fault: $file has the test", ({ file = "", title = "" }) => {
		const path = join(root, file);
		expect(existsSync(path)).toBe(true);
		expect(readFileSync(path, "utf8")).toContain(title);
	});
});
