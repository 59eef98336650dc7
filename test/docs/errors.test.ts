import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(resolve(root, path), "utf8");

/** Code and names of the details, as the interface declares them. */
function declared(): ReadonlyMap<string, readonly string[]> {
	const [, body = ""] =
		/export interface ErrorDetails \{\n(.*?)\n\}/s.exec(read("packages/core/src/migrate-error.ts")) ?? [];
	const codes = [...body.matchAll(/^\t(ERR_\w+): (undefined|\{.*?\});$/gms)];
	return new Map(
		codes.map(([, code = "", details = ""]) => [
			code,
			[...details.matchAll(/readonly (\w+)\??:/g)].map(([, name = ""]) => name),
		]),
	);
}

function documented(): ReadonlyMap<string, readonly string[]> {
	const rows = [...read("docs/errors.md").matchAll(/^\| `(ERR_\w+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$/gm)];
	return new Map(
		rows.map(([, code = "", details = ""]) => [code, [...details.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)]),
	);
}

describe("docs/errors.md", () => {
	it("has a row for each code, with its details", () => {
		expect(declared().size).toBeGreaterThan(20);
		expect(Object.fromEntries(documented())).toEqual(Object.fromEntries(declared()));
	});
});
