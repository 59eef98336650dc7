import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newHolder } from "../../src/owners/holder.ts";
import {
	describeOwner,
	formatOwner,
	formatShortOwner,
	type Owner,
	parseOwner,
	sameOwner,
} from "../../src/owners/owner.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

const MOST = { pid: 2 ** 31 - 1, thread: 2 ** 31 - 1 };

/** Words as a place's hashes are, and numbers of the sizes that systems give out. */
function owners(host: fc.Arbitrary<string>): fc.Arbitrary<Owner> {
	const word = fc.string({
		unit: fc.constantFrom(..."0123456789abcdefghijklmnopqrstuvwxyz"),
		minLength: 1,
		maxLength: 10,
	});
	const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
		fc.option(arbitrary, { nil: undefined });
	return fc.record({
		host,
		boot: optional(word),
		space: optional(word),
		pid: fc.integer({ min: 1, max: MOST.pid }),
		thread: fc.integer({ min: 0, max: MOST.thread }),
		start: optional(fc.integer({ min: 0, max: 36 ** 10 - 1 })),
		holder: fc.integer({ min: 0, max: 36 ** 10 - 1 }),
	});
}

const plainHosts = fc.string({ unit: fc.constantFrom(..."abcXYZ019.-_"), minLength: 1, maxLength: 255 });
const anyHosts = fc.string({ unit: "grapheme" });

describe("formatOwner", () => {
	it("is read back by parseOwner", () => {
		fc.assert(
			fc.property(owners(plainHosts), (owner) => {
				expect(parseOwner(formatOwner(owner))).toEqual(owner);
			}),
			{ seed, numRuns: 300 },
		);
	});

	it("is one word of plain characters, whatever the host is called, and names the same owner", () => {
		fc.assert(
			fc.property(owners(anyHosts), (owner) => {
				const text = formatOwner(owner);
				expect(text).toMatch(/^[A-Za-z0-9._~-]+$/);
				const read = parseOwner(text);
				expect(read !== undefined && sameOwner(read, owner)).toBe(true);
			}),
			{ seed, numRuns: 300 },
		);
	});

	it("can be read back for an owner of this thread", () => {
		const { owner } = newHolder();
		expect(parseOwner(formatOwner(owner))).toEqual(owner);
	});
});

describe("formatShortOwner", () => {
	it("stays under 64 bytes for the largest process numbers, in a century and for a million holders", () => {
		const century = Date.UTC(2126, 0);
		const word = "z".repeat(10);
		const largest = { host: "h".repeat(255), boot: word, space: word, ...MOST, start: century, holder: 1_000_000 };
		const text = formatShortOwner(largest);
		expect(Buffer.byteLength(text)).toBeLessThan(64);
		expect(parseOwner(text)).toEqual({ ...largest, host: "h".repeat(10) });
	});

	it("names the same owner", () => {
		const owner = { ...newHolder().owner, host: "a-long.host.example" };
		const read = parseOwner(formatShortOwner(owner));
		expect(read).toEqual({ ...owner, host: "a-long.hos" });
		expect(read !== undefined && sameOwner(read, owner)).toBe(true);
	});
});

describe("parseOwner", () => {
	it("answers undefined for any other text", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" })), (text) => {
				expect(parseOwner(text)).toBeUndefined();
			}),
			{ seed, numRuns: 300 },
		);
	});

	const good = "web-1~boot~space~3n~3n~1a~1";

	it("reads the text that the next ones are changed from", () => {
		expect(parseOwner(good)).toEqual({
			host: "web-1",
			boot: "boot",
			space: "space",
			pid: 131,
			thread: 131,
			start: 46,
			holder: 1,
		});
	});

	it.each([
		["a pid of 0, which is a group of processes", "web-1~boot~space~0~3n~1a~1"],
		["a negative pid, which is one too", "web-1~boot~space~-1~3n~1a~1"],
		["a pid over 2^31, which no system can be asked about", "web-1~boot~space~zik0zk~3n~1a~1"],
		["no pid", "web-1~boot~space~~3n~1a~1"],
		["an unknown pid", "web-1~boot~space~-~3n~1a~1"],
		["an unknown holder", "web-1~boot~space~3n~3n~1a~-"],
		["a number that is too long", "web-1~boot~space~3n~3n~1a~12345678901"],
		["a path for a boot", "web-1~../etc~space~3n~3n~1a~1"],
		["a path for a host", "../web~boot~space~3n~3n~1a~1"],
		["no host", "~boot~space~3n~3n~1a~1"],
		["capitals", "web-1~BOOT~space~3n~3n~1a~1"],
		["one field less", "web-1~boot~space~3n~3n~1a"],
		["one field more", `${good}~1`],
		["a line end behind it", `${good}\n`],
		["a space before it", ` ${good}`],
		["a control character", `web\u001b[2J~boot~space~3n~3n~1a~1`],
		["JSON", JSON.stringify({ host: "web-1", pid: 131 })],
		["an empty text", ""],
	])("answers undefined for %s", (_, text) => {
		expect(parseOwner(text)).toBeUndefined();
	});

	it("takes the largest process number there can be", () => {
		expect(parseOwner("web-1~boot~space~zik0zj~3n~1a~1")).toMatchObject({ pid: 2 ** 31 - 1 });
	});
});

describe("sameOwner", () => {
	const owner: Owner = { host: "web-1", boot: "b", space: "s", pid: 1, thread: 2, start: 3, holder: 4 };

	it("takes a host's name for the same when it was cut or rewritten as a link has it", () => {
		for (const host of ["web-1.a-long-domain.example", "büro rechner", ""]) {
			const read = parseOwner(formatShortOwner({ ...owner, host }));
			expect(read && sameOwner(read, { ...owner, host })).toBe(true);
		}
	});

	it("compares all that tells owners apart, also the host, since copies of a machine share the rest", () => {
		expect(sameOwner(owner, { ...owner })).toBe(true);
		const changes: readonly Partial<Owner>[] = [
			{ host: "web-2" },
			{ boot: "c" },
			{ boot: undefined },
			{ space: "t" },
			{ pid: 2 },
			{ thread: 3 },
			{ start: 4 },
			{ holder: 5 },
		];
		for (const change of changes) expect(sameOwner(owner, { ...owner, ...change }), JSON.stringify(change)).toBe(false);
	});
});

describe("describeOwner", () => {
	it("names the process and its host", () => {
		expect(describeOwner({ ...newHolder().owner, pid: 4711, host: "web-1" })).toBe("process 4711 on host web-1");
	});
});
