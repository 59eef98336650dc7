import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("../src/", import.meta.url);
const modules = readdirSync(folder, { recursive: true, encoding: "utf8" })
	.filter((name) => name.endsWith(".ts"))
	.map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

describe("@godwit/core", () => {
	// `test/architecture` holds it to what runs anywhere, as the other packages of that kind.
	it.each(modules)("$name imports nothing but three modules that run anywhere", ({ text }) => {
		const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([\w@./-]+)"/g)].map(([, specifier]) => specifier);
		const outside = imported.filter((specifier) => !specifier?.match(/^\.\.?\//));
		expect([
			"@noble/hashes/sha2.js",
			"@noble/hashes/utils.js",
			"diff/lib/diff/array.js",
			"fastest-levenshtein",
		]).toEqual(expect.arrayContaining(outside));
	});

	it.each(modules)("$name speaks no SQL", ({ text }) => {
		expect(text).not.toMatch(
			/\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b/,
		);
	});
});
