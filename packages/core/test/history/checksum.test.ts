import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadChecksum } from "../../src/history/checksum.ts";
import { offerSha256 } from "../../src/history/sha256.ts";
import { textChecksum } from "./text-checksum.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const anywhere = await loadChecksum();
offerSha256(async () => () => createHash("sha256"));
const ofNode = await loadChecksum();

/** What the definition says, over the whole text. */
function defined(text: string): string {
	const normal = text
		.replace(/^\u{feff}/u, "")
		.replaceAll("\r\n", "\n")
		.replace(/\n$/, "");
	return `t1:${createHash("sha256").update(normal).digest("hex")}`;
}

describe.each([
	["in JavaScript", anywhere],
	["by node:crypto", ofNode],
])("the checksum of a text, %s", (_, newChecksum) => {
	it.each([
		["", ""],
		["a;", "a;\n"],
		["a;\nb;\n", "a;\r\nb;\r\n"],
		["a;", "\u{feff}a;\r\n"],
	])("of %j is that of %j", async (one, other) => {
		expect(textChecksum(newChecksum, one)).toBe(textChecksum(newChecksum, other));
	});

	it.each([
		["a", "a\n\n"],
		["a\rb", "a\nb"],
		["a", "a\r"],
		["a", " a"],
		["a\u{feff}", "a"],
	])("of %j is not that of %j", async (one, other) => {
		expect(textChecksum(newChecksum, one)).not.toBe(textChecksum(newChecksum, other));
	});

	it("is the same in any chunks", () => {
		const anyText = fc
			.array(fc.constantFrom("\r", "\n", "\r\n", "\u{feff}", "a", "ü", ";"), { maxLength: 12 })
			.map((parts) => parts.join(""));
		const property = fc.property(anyText, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (text, cuts) => {
			const bytes = new TextEncoder().encode(text);
			const ends = [...cuts.filter((cut) => cut <= bytes.length).toSorted((a, b) => a - b), bytes.length];
			const checksum = newChecksum();
			ends.reduce((start, end) => {
				checksum.update(bytes.subarray(start, end));
				return end;
			}, 0);
			expect(checksum.digest()).toBe(defined(text));
		});
		fc.assert(property, { seed, numRuns: 2_000 });
	});
});
