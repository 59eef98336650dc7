import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(resolve(root, path), "utf8");

describe("docs/drivers.md", () => {
	it("has a row for each option", () => {
		const [, body = ""] =
			/export interface SqliteConfig \{\n(.*?)\n\}/s.exec(read("packages/sqlite/src/sqlite-config.ts")) ?? [];
		const options = [...body.matchAll(/^\treadonly (\w+):/gm)].map(([, name]) => name);
		const rows = [...read("docs/drivers.md").matchAll(/^\| `(x-[a-z-]+)` \| `(\w+)` \|/gm)];
		expect(rows.map(([, , name]) => name)).toEqual(options);
		for (const [, parameter, name = ""] of rows) {
			expect(parameter).toBe(`x-${name.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
		}
	});
});
