import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMigrationName } from "../../src/source/migration-name.ts";
import { MAX_VERSION } from "../../src/version.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

describe("parseMigrationName", () => {
	it.each([
		["1_create_users.up.sql", 1n, "up", "create_users"],
		["1_create_users.down.sql", 1n, "down", "create_users"],
		["0_zero.up.sql", 0n, "up", "zero"],
		["001_leading_zeros.up.sql", 1n, "up", "leading_zeros"],
		["1_.up.sql", 1n, "up", ""],
		["1_a.up.", 1n, "up", "a"],
		["1_a.up.cql", 1n, "up", "a"],
		["1_a.up.sql.gz", 1n, "up", "a"],
		["1_a.up.down.sql", 1n, "down", "a.up"],
		["1_a.down.up.sql", 1n, "up", "a.down"],
		["1_a.b c.ü.up.sql", 1n, "up", "a.b c.ü"],
		["1__a.up.sql", 1n, "up", "_a"],
		["20060102150405_a.up.sql", 20060102150405n, "up", "a"],
		["1753000000123456789_nanoseconds.up.sql", 1753000000123456789n, "up", "nanoseconds"],
		["9223372036854775807_last.up.sql", MAX_VERSION, "up", "last"],
	])("reads %s", (fileName, version, direction, identifier) => {
		expect(parseMigrationName(fileName)).toEqual({ kind: "migration", name: { version, direction, identifier } });
	});

	it.each([
		["9223372036854775808_too_big.up.sql", "2^63-1"],
		["1.up.sql", "VERSION_TITLE"],
		["1_a.sql", "VERSION_TITLE"],
		["1_a.up", "VERSION_TITLE"],
		["-1_a.up.sql", "VERSION_TITLE"],
		["V1_a.up.sql", "VERSION_TITLE"],
		["a.down.sql", "VERSION_TITLE"],
		["1_a.UP.sql", "VERSION_TITLE"],
		["1-a.sql", "VERSION_TITLE"],
		["1.sql", "VERSION_TITLE"],
		["١_a.up.sql", "VERSION_TITLE"],
		["#1_a.up.sql#", "VERSION_TITLE"],
		["1_a\nb.up.sql", "VERSION_TITLE"],
		["1_a.up.ts", "in code"],
		["1_a.up.mts", "in code"],
		["1_a.up.cts", "in code"],
		["1_a.up.js", "in code"],
		["1_a.up.mjs", "in code"],
		["1_a.up.cjs", "in code"],
		["1_a.up.TS", "in code"],
		["1_a.up.d.ts", "in code"],
		["1_a.down.js", "in code"],
		["1_a.up.sql~", "backup"],
		["1_a.up.sql.bak", "backup"],
		["1_a.up.sql.BAK", "backup"],
		["1_a.up.sql.backup", "backup"],
		["1_a.up.sql.old", "backup"],
		["1_a.up.sql.orig", "backup"],
		["1_a.up.sql.rej", "backup"],
		["1_a.up.sql.swp", "backup"],
		["1_a.up.sql.tmp", "backup"],
	])("finds %s invalid", (fileName, reason) => {
		expect(parseMigrationName(fileName)).toEqual({ kind: "invalid", reason: expect.stringContaining(reason) });
	});

	it.each([
		"",
		"README.md",
		"schema.sql",
		"index.ts",
		"2024.md",
		"upgrade.txt",
		"startup.sql",
		"notes~",
		".gitkeep",
		".1_a.up.sql",
		".1_a.up.sql.swp",
	])("leaves %j alone", (fileName) => {
		expect(parseMigrationName(fileName)).toEqual({ kind: "other" });
	});

	it("reads back every name that is made of a version, a title, a direction and an extension", () => {
		const name = fc.record({
			version: fc.bigInt({ min: 0n, max: MAX_VERSION }),
			digits: fc.nat(25),
			identifier: fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n")),
			direction: fc.constantFrom("up", "down"),
		});
		const property = fc.property(name, ({ version, digits, identifier, direction }) => {
			const fileName = `${String(version).padStart(digits, "0")}_${identifier}.${direction}.sql`;
			expect(parseMigrationName(fileName)).toEqual({ kind: "migration", name: { version, direction, identifier } });
		});
		fc.assert(property, { seed, numRuns: 500 });
	});

	it("reads what golang-migrate's regular expression reads, and nothing else", () => {
		const piece = fc.constantFrom("0", "12", "_", ".up.", ".down.", "up", "down", ".", "sql", "a", "ü", "\n", " ", "-");
		const property = fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
			const fileName = pieces.join("");
			const match = /^([0-9]+)_([^\n]*)\.(down|up)\.([^\n]*)$/.exec(fileName);
			const verdict = parseMigrationName(fileName);
			const [, digits = "", identifier, direction] = match ?? [];
			if (match === null) expect(verdict.kind).not.toBe("migration");
			else expect(verdict).toEqual({ kind: "migration", name: { version: BigInt(digits), direction, identifier } });
		});
		const examples: [string[]][] = [[["1_a", ".up.", "down."]], [["1_", ".down.", "up."]], [["1_up", "."]]];
		fc.assert(property, { seed, numRuns: 20_000, examples });
	});
});
