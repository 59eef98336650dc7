import { describe, expect, it } from "vitest";
import { isMigrateError } from "../../src/migrate-error.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { formatSeal, parseSeal, sealOf } from "../../src/source/seal.ts";

const sum = (digit: string): string => `t1:${digit.repeat(64)}`;

function errorOf(work: () => unknown): string {
	try {
		work();
	} catch (error) {
		if (isMigrateError(error, "ERR_SEAL")) return `${error.details.line} ${error.message}`;
		throw error;
	}
	throw new Error("nothing failed");
}

describe("a seal", () => {
	it("is read as it is written", () => {
		const text = `1_a b.up.sql ${sum("a")}\n2_b.up.sql ${sum("c")} was ${sum("b")} ${sum("a")}\n`;
		const seal = parseSeal(text, "godwit.sum");
		expect([...seal]).toEqual([
			["1_a b.up.sql", { checksum: sum("a"), was: [] }],
			["2_b.up.sql", { checksum: sum("c"), was: [sum("b"), sum("a")] }],
		]);
		expect(formatSeal(seal)).toBe(text);
	});

	it("is read with comments, empty lines, CRLF and a byte order mark", () => {
		expect([...parseSeal(`\uFEFF# ours\r\n\r\n1_a.up.sql ${sum("a")}\r\n`, "godwit.sum").keys()]).toEqual([
			"1_a.up.sql",
		]);
	});

	it.each([
		["<<<<<<< HEAD", 'is not NAME t1:HEX, but "<<<<<<< HEAD"; correct or delete that line, and then run seal'],
		["1_a.up.sql", "is not NAME t1:HEX"],
		[`1_a.up.sql t1:${"a".repeat(63)}`, "is not NAME t1:HEX"],
		[`1_a.up.sql ${sum("A")}`, "is not NAME t1:HEX"],
		[`1_a.up.sql ${sum("b")} was`, "is not NAME t1:HEX"],
		[`0_z.up.sql ${sum("b")}`, "names 0_z.up.sql a second time"],
	])("with the line %j is an error", (line, message) => {
		const found = errorOf(() => parseSeal(`0_z.up.sql ${sum("a")}\n${line}\n`, "m/godwit.sum"));
		expect(found).toContain("2 m/godwit.sum:2 ");
		expect(found).toContain(message);
	});

	it("of files that are new and sealed already adds the new ones", async () => {
		const first = formatSeal(await sealOf(memorySource({ "1_a.up.sql": "A" }), new Set()));
		const files = { "1_a.up.sql": "A", "1_a.down.sql": "B", "godwit.sum": first };
		const seal = await sealOf(memorySource(files), new Set());
		expect([...seal.keys()]).toEqual(["1_a.up.sql", "1_a.down.sql"]);
		expect(formatSeal(seal)).toContain(first.trimEnd());
	});

	it("keeps what a file was before each accepted edit", async () => {
		let text = "";
		for (const body of ["A", "B", "C"]) {
			const source = memorySource({ "1_a.up.sql": body, "godwit.sum": text });
			text = formatSeal(await sealOf(source, new Set(["1_a.up.sql"])));
		}
		expect(text).toMatch(/^1_a\.up\.sql t1:\w+ was t1:\w+ t1:\w+\n$/);
		expect(new Set(text.match(/t1:\w+/g)).size).toBe(3);
	});

	it("refuses a file that was edited, and one that is gone", async () => {
		const sealed = formatSeal(await sealOf(memorySource({ "1_a.up.sql": "A", "2_b.up.sql": "B" }), new Set()));
		const edited = memorySource({ "1_a.up.sql": "A2", "2_b.up.sql": "B", "godwit.sum": sealed });
		await expect(sealOf(edited, new Set(["2_b.up.sql"]))).rejects.toThrow("1_a.up.sql was edited since it was sealed");
		const gone = memorySource({ "1_a.up.sql": "A", "godwit.sum": sealed });
		await expect(sealOf(gone, new Set())).rejects.toThrow("2_b.up.sql is in godwit.sum, and the file is gone");
	});
});
