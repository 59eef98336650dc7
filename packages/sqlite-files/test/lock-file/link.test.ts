import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLink, hasMember, type Link, type Member, parseLink } from "../../src/lock-file/link.ts";
import { newHolder } from "../../src/owners/holder.ts";
import type { Owner } from "../../src/owners/owner.ts";
import { deadOwner, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

const words = fc.string({ unit: fc.constantFrom(..."0123456789abcxyz"), minLength: 1, maxLength: 10 });
const owners: fc.Arbitrary<Owner> = fc.record({
	host: fc.string({ unit: fc.constantFrom(..."abcXYZ019.-_"), minLength: 1, maxLength: 10 }),
	boot: fc.option(words, { nil: undefined }),
	space: fc.option(words, { nil: undefined }),
	pid: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
	thread: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
	start: fc.option(fc.integer({ min: 0, max: 36 ** 10 - 1 }), { nil: undefined }),
	holder: fc.integer({ min: 0, max: 36 ** 10 - 1 }),
});
const marks = fc.string({ unit: fc.constantFrom(..."0123456789abcxyz"), minLength: 1, maxLength: 4 });
const since = fc.integer({ min: 0, max: 36 ** 8 - 1 });
const links: fc.Arbitrary<Link> = fc
	.record({
		kind: fc.constantFrom<Link["kind"][]>("native", "wasm"),
		id: fc.array(words, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("-")),
		maker: owners,
		makerIsMember: fc.boolean(),
		others: fc.array(fc.record({ owner: owners, since, library: marks }), { maxLength: 5 }),
		library: marks,
		since,
		files: fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 4 }),
	})
	.map(({ makerIsMember, others, since, library, ...link }) => ({
		...link,
		members: [...(makerIsMember ? [{ owner: link.maker, since, library }] : []), ...others],
	}));

describe("formatLink", () => {
	it("is read back by parseLink, with files of any name", () => {
		fc.assert(
			fc.property(links, (link) => {
				expect(parseLink(formatLink(link))).toEqual(link);
			}),
			{ seed, numRuns: 500 },
		);
	});

	it("is one line of ASCII characters that a symbolic link can hold", () => {
		fc.assert(
			fc.property(links, (link) => {
				expect(formatLink(link)).toMatch(/^[!-~ ]+$/);
			}),
			{ seed, numRuns: 300 },
		);
	});

	it("takes less than 77 bytes for each member, with the largest numbers there are in a century", () => {
		const word = "z".repeat(10);
		const most = { pid: 2 ** 31 - 1, thread: 2 ** 31 - 1, start: Date.UTC(2126, 0), holder: 1_000_000 };
		const large: Owner = { host: "h".repeat(255), boot: word, space: word, ...most };
		const since = Date.UTC(2126, 0) / 1_000;
		const members: Member[] = Array.from({ length: 12 }, (_, holder) => memberOf({ ...large, holder }, since));
		const maker = uncheckedOwner();
		const bytes = (count: number): number =>
			Buffer.byteLength(formatLink({ kind: "native", id: "i", maker, members: members.slice(0, count), files: [] }));
		for (let count = 1; count <= members.length; count++) expect(bytes(count) - bytes(count - 1)).toBeLessThan(77);
		// As much as XFS takes.
		expect(bytes(12)).toBeLessThan(1_023);
	});

	it("names the maker once", () => {
		const { owner } = newHolder();
		const [alone, member] = [[], [memberOf(owner, 1)]].map((members) =>
			formatLink({ kind: "native", id: "i", maker: owner, members, files: [] }),
		);
		expect(member).toBe(`${alone}.@1@${memberOf(owner).library}`);
	});
});

describe("parseLink", () => {
	it("answers undefined for any other text", () => {
		const other = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.json(), fc.webPath());
		fc.assert(
			fc.property(other, (text) => {
				expect(parseLink(text)).toBeUndefined();
			}),
			{ seed, numRuns: 300 },
		);
	});

	it("never throws, and reads nothing but what could be written, when a good text was changed", () => {
		const changes = fc.array(fc.tuple(fc.nat(400), fc.constantFrom(..." ,.@~%-/az09Z\n\0ä")), {
			minLength: 1,
			maxLength: 3,
		});
		fc.assert(
			fc.property(links, changes, (link, changes) => {
				const characters = [...formatLink(link)];
				for (const [at, character] of changes) characters[at % characters.length] = character;
				const read = parseLink(characters.join(""));
				if (read === undefined) return;
				expect(parseLink(formatLink(read))).toEqual(read);
				expect(read.id).toMatch(/^[0-9a-z-]+$/);
			}),
			{ seed, numRuns: 500 },
		);
	});

	const maker = "web~b~s~3n~3n~1a~1";

	it("reads the text that the next ones are changed from", () => {
		const other = { host: "db", boot: "b", space: "s", pid: 1, thread: 1, start: undefined, holder: 2 };
		const read = parseLink(`godwit1 wasm x-1 ${maker} .@1@x,db~b~s~1~1~-~2@2@y1 other.db a%20b.db`);
		expect(read).toMatchObject({ kind: "wasm", id: "x-1", files: ["other.db", "a b.db"] });
		expect(read?.members).toEqual([
			{ owner: read?.maker, since: 1, library: "x" },
			{ owner: other, since: 2, library: "y1" },
		]);
		expect(parseLink(`godwit1 native x ${maker} `)?.members).toEqual([]);
	});

	it.each([
		["an empty text", ""],
		["another program's link", "host:4711"],
		["a path", "/var/lib/app.db"],
		["a later form", `godwit2 native x ${maker} .@1@x`],
		["another kind", `godwit1 folder x ${maker} .@1@x`],
		["no id", `godwit1 native  ${maker} .@1@x`],
		["an id that leads out of the folder", `godwit1 native ../../x ${maker} .@1@x`],
		["an id with a NUL", `godwit1 native x\0 ${maker} .@1@x`],
		["no maker", "godwit1 native x . .@1@x"],
		["a maker with an impossible pid", "godwit1 native x web~b~s~zzzzzz~3n~1a~1 .@1@x"],
		["a member that cannot be read", `godwit1 native x ${maker} .@1@x,somebody@2@x`],
		["a member without its time", `godwit1 native x ${maker} .`],
		["a member without its library", `godwit1 native x ${maker} .@1`],
		["a member whose library is too long a word", `godwit1 native x ${maker} .@1@12345`],
		["a member whose time is no number", `godwit1 native x ${maker} .@-1@x`],
		["an empty member", `godwit1 native x ${maker} .@1@x,`],
		["a file that cannot be decoded", `godwit1 native x ${maker} .@1@x %E0%A4%A`],
		["a line end behind its members", `godwit1 native x ${maker} .@1@x\n`],
	])("answers undefined for %s", (_, text) => {
		expect(parseLink(text)).toBeUndefined();
	});
});

describe("hasMember", () => {
	it("finds an owner by what tells it apart, and no other holder of its process", () => {
		const [one, other] = [newHolder().owner, newHolder().owner];
		const members = [deadOwner(), one].map((owner) => memberOf(owner));
		const link: Link = { kind: "native", id: "i", maker: one, members, files: [] };
		expect(hasMember(link, { ...one, host: one.host.slice(0, 10) })).toBe(true);
		expect(hasMember(link, other)).toBe(false);
		expect(hasMember({ ...link, members: [] }, one)).toBe(false);
	});
});
