import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences } from "./differences.ts";

const CASES = "command-line-cases";
const examples = [
	...["examples.ts", "folders.test.ts", "library.test.ts", "command-line.test.ts"],
	...readdirSync(join(import.meta.dirname, CASES)).map((name) => join(CASES, name)),
].map((name) => readFileSync(join(import.meta.dirname, name), "utf8"));
const page = readFileSync(join(import.meta.dirname, "../../docs/go-parity.md"), "utf8");

describe("docs/go-parity.md", () => {
	it("has a row for each difference that the tests know, and no other, in their order", () => {
		const rows = [...page.matchAll(/^\| `([\w-]+)` \| [^|]+ \| [^|]+ \| [^|]+ \|$/gm)].map(([, id]) => id);
		expect(rows).toEqual(differences);
	});

	it("names every test", () => {
		const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
		const own = ["reference.test.ts"];
		for (const name of files.filter((file) => !own.includes(file))) expect(page).toContain(`\`${name}\``);
	});

	it.for(differences)("shows %s in an example", (id) => {
		expect(examples.some((text) => text.includes(`"${id}`) || text.includes(`${id}: `))).toBe(true);
	});
});
