import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RULES } from "@godwit/sql";
import { describe, expect, it } from "vitest";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/check.md"), "utf8");

/** Rules that are allowed by a file, and are no part of a check yet. */
const ELSEWHERE = ["lost-rows"];

describe("docs/check.md", () => {
	it("has a row for each rule that a file can allow", () => {
		const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (?:error|warning|note) \|/gm)].map(([, rule = ""]) => rule);
		expect(new Set(rows)).toEqual(new Set([...RULES.filter((rule) => !ELSEWHERE.includes(rule)), "fails"]));
	});
});
