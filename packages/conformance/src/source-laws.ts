import assert from "node:assert/strict";
import { type Direction, MAX_VERSION, type MigrationFile, type Source, type Version } from "@godwit/core";
import fc from "fast-check";
import { anyVersion } from "./any-version.ts";
import { rejection } from "./expectations.ts";
import { type LawSet, lawsOfOne } from "./law.ts";

/** Makes sources; each is on its own. */
export interface SourceHarness {
	/** Stores files, by name with their text in UTF-8, and opens a source on them. Nothing else is in it. */
	open(files: Readonly<Record<string, string>>): Promise<Source>;
}

/** `| 1 ud | - | 3 u | 4 ud | 5 d | - | 7 ud |`, the picture in golang-migrate's source/testing. */
const PICTURE = {
	"1_one.up.sql": "1 up",
	"1_one.down.sql": "1 down",
	"3_three.up.sql": "3 up",
	"4_four.up.sql": "4 up",
	"4_four.down.sql": "4 down",
	"5_five.down.sql": "5 down",
	"7_seven.up.sql": "7 up",
	"7_seven.down.sql": "7 down",
};

/** Every promise of `Source`. */
export const sourceLaws: LawSet<SourceHarness> = {
	capabilities: {},
	laws: lawsOfOne<SourceHarness, never>([
		{
			id: "source/versions-are-in-order",
			of: "Source.versions",
			async check(harness) {
				await using source = await harness.open(PICTURE);
				assert.deepEqual(await source.versions(), [1n, 3n, 4n, 5n, 7n]);
				assert.deepEqual(await source.versions(), [1n, 3n, 4n, 5n, 7n], "a second time");
				await using unpadded = await harness.open({ "10_b.up.sql": "", "9_a.up.sql": "", "0_c.down.sql": "" });
				assert.deepEqual(await unpadded.versions(), [0n, 9n, 10n]);
			},
		},
		{
			id: "source/reads-what-the-direction-has",
			of: "Source.readUp",
			async check(harness) {
				await using source = await harness.open(PICTURE);
				for (let version = 0n; version < 9n; version++) {
					for (const direction of ["up", "down"] as const) {
						const expected = Object.entries(PICTURE).find(
							([name]) => name.startsWith(`${version}_`) && name.endsWith(`.${direction}.sql`),
						);
						const file = await read(source, version, direction);
						assert.equal(await file?.body.text(), expected?.[1], `${version} ${direction}`);
						assert.equal(file?.identifier, expected?.[0].replace(/^\d+_|\..*$/g, ""));
						assert.notEqual(file?.location, "", "a person can find the file");
					}
				}
				assert.notEqual(source.location, "", "a person can find the source");
			},
		},
		{
			id: "source/empty-has-no-versions",
			of: "Source.versions",
			async check(harness) {
				await using source = await harness.open({});
				assert.deepEqual(await source.versions(), []);
				assert.equal(await source.readUp(1n), undefined);
				assert.equal(await source.readDown(1n), undefined);
			},
		},
		{
			id: "source/any-set-of-migrations",
			of: "Source",
			async check(harness, { seed, numRuns }) {
				const holds = fc.asyncProperty(fc.uniqueArray(anyMigration, { selector: versionOf, maxLength: 12 }), (set) =>
					expectMigrations(harness, set),
				);
				await fc.assert(holds, { seed, numRuns });
			},
		},
		{
			id: "source/body-can-be-read-twice",
			of: "MigrationBody",
			async check(harness) {
				await using source = await harness.open({ "1_a.up.sql": "\uFEFFgröße 🐦\r\n" });
				const body = (await source.readUp(1n))?.body;
				for (let time = 0; time < 2; time++) {
					assert.equal(await body?.text(), "größe 🐦\r\n");
					const chunks: Uint8Array[] = [];
					for await (const chunk of body ?? []) chunks.push(chunk);
					assert.equal(Buffer.concat(chunks).toString("utf8"), "\uFEFFgröße 🐦\r\n");
					const whole = body?.whole?.();
					if (whole !== undefined) assert.deepEqual(Buffer.from(whole), Buffer.concat(chunks));
				}
			},
		},
		{
			id: "source/readings-have-their-own-buffers",
			of: "MigrationBody",
			async check(harness) {
				const numbers = Array.from({ length: 40_000 }, (_, number) => number).join(" ");
				await using source = await harness.open({ "1_a.up.sql": numbers, "2_b.up.sql": "another text" });
				const readings = await Promise.all(
					[1n, 1n, 2n].map(async (version) => (await source.readUp(version))?.body[Symbol.asyncIterator]()),
				);
				const texts = ["", "", ""];
				for (let open = 3; open > 0; ) {
					const chunks = await Promise.all(readings.map((reading) => reading?.next()));
					open = chunks.filter((chunk) => chunk?.done === false).length;
					for (const [index, chunk] of chunks.entries()) {
						if (chunk?.done === false) texts[index] += Buffer.from(chunk.value).toString("latin1");
					}
				}
				assert.deepEqual(texts, [numbers, numbers, "another text"]);
			},
		},
		{
			id: "source/refuses-duplicates",
			of: "SourceFactory.open",
			async check(harness) {
				const files = { "1_a.up.sql": "", "01_b.up.sql": "", "2_c.up.sql": "" };
				const { details } = await rejection("ERR_DUPLICATE_MIGRATION", harness.open(files));
				const { version, direction, names } = details;
				assert.deepEqual({ version, direction }, { version: 1n, direction: "up" });
				assert.deepEqual([...names].sort(), ["01_b.up.sql", "1_a.up.sql"]);
			},
		},
		{
			id: "source/refuses-what-it-cannot-read",
			of: "SourceFactory.open",
			async check(harness) {
				for (const name of ["2_a.sql", "2.up.sql", `${MAX_VERSION + 1n}_a.up.sql`, "2_a.up.sql.orig", "2_a.up.sql~"]) {
					const opening = harness.open({ "1_a.up.sql": "", [name]: "" });
					const { details } = await rejection("ERR_MIGRATION_NAME", opening);
					assert.deepEqual(details.names, [name]);
				}
			},
		},
		{
			id: "source/leaves-other-files-alone",
			of: "SourceFactory.open",
			async check(harness) {
				const files = { "README.md": "", "schema.sql": "", ".2_a.up.sql.swp": "", "1_a.up.sql": "one" };
				await using source = await harness.open(files);
				assert.deepEqual(await source.versions(), [1n]);
			},
		},
		{
			id: "source/close-twice-is-fine",
			of: "Source.close",
			async check(harness) {
				const source = await harness.open(PICTURE);
				await source.versions();
				await source.close();
				await source.close();
				await source[Symbol.asyncDispose]();
			},
		},
	]),
};

interface SetMigration {
	readonly version: Version;
	readonly zeros: string;
	readonly title: string;
	readonly up?: string;
	readonly down?: string;
}

const text = fc.string({ unit: "grapheme" }).map((value) => value.replace(/^\uFEFF/, ""));

const anyMigration: fc.Arbitrary<SetMigration> = fc
	.record(
		{
			version: anyVersion,
			zeros: fc.constantFrom("", "0", "000"),
			title: fc.stringMatching(/^[a-z_]{0,8}$/),
			up: text,
			down: text,
		},
		{ requiredKeys: ["version", "zeros", "title"] },
	)
	.filter(({ up, down }) => up !== undefined || down !== undefined);

function versionOf({ version }: SetMigration): Version {
	return version;
}

async function expectMigrations(harness: SourceHarness, set: readonly SetMigration[]): Promise<void> {
	const files: Record<string, string> = {};
	for (const { version, zeros, title, up, down } of set) {
		if (up !== undefined) files[`${zeros}${version}_${title}.up.sql`] = up;
		if (down !== undefined) files[`${zeros}${version}_${title}.down.sql`] = down;
	}
	await using source = await harness.open(files);
	const ascending = set.toSorted((a, b) => (a.version < b.version ? -1 : 1));
	assert.deepEqual(await source.versions(), ascending.map(versionOf));
	for (const { version, up, down, title } of ascending) {
		for (const [direction, expected] of [
			["up", up],
			["down", down],
		] as const) {
			const file = await read(source, version, direction);
			assert.equal(await file?.body.text(), expected);
			assert.equal(file?.identifier, expected === undefined ? undefined : title);
		}
	}
}

function read(source: Source, version: Version, direction: Direction): Promise<MigrationFile | undefined> {
	return direction === "up" ? source.readUp(version) : source.readDown(version);
}
