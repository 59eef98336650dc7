import { describe, expect, it } from "vitest";
import { textBody } from "../../src/body/migration-body.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import type { Source } from "../../src/source/source.ts";
import { sourceOfFiles } from "../../src/source/source-of-files.ts";
import { GO_FIXTURE } from "./go-fixture.ts";

const makers: readonly { readonly name: string; readonly make: () => Source }[] = [
	{
		name: "sourceOfFiles",
		make: () =>
			sourceOfFiles("db", Object.keys(GO_FIXTURE), (name) => ({
				location: `db/${name}`,
				body: textBody(GO_FIXTURE[name] ?? ""),
			})),
	},
	{
		name: "memorySource",
		make: () =>
			memorySource(Object.fromEntries(Object.entries(GO_FIXTURE).map(([name, text]) => [`db/${name}`, text]))),
	},
];

describe.each(makers)("golang-migrate's fixture | 1 ud | - | 3 u | 4 ud | 5 d | - | 7 ud | in $name", ({ make }) => {
	it("has five versions", async () => {
		await using source = make();
		expect(await source.versions()).toEqual([1n, 3n, 4n, 5n, 7n]);
	});

	it.each([
		[0n, false, false],
		[1n, true, true],
		[2n, false, false],
		[3n, true, false],
		[4n, true, true],
		[5n, false, true],
		[6n, false, false],
		[7n, true, true],
		[8n, false, false],
	])("version %s has an up file: %s, a down file: %s", async (version, up, down) => {
		await using source = make();
		for (const [exists, file, direction] of [
			[up, await source.readUp(version), "up"],
			[down, await source.readDown(version), "down"],
		] as const) {
			const expected = { identifier: "title", location: `db/${version}_title.${direction}.sql` };
			if (exists) expect(file).toMatchObject(expected);
			else expect(file).toBeUndefined();
			expect(await file?.body.text()).toBe(exists ? `-- ${version} ${direction}` : undefined);
		}
	});

	it("can be closed twice", async () => {
		const source = make();
		await source.close();
		await source.close();
	});
});

/** Each is empty. */
function emptyFiles(names: readonly string[]): Source {
	return sourceOfFiles("db", names, (name) => ({ location: `db/${name}`, body: textBody("") }));
}

describe("sourceOfFiles", () => {
	it("orders versions as numbers, whatever the order and the width of the names", async () => {
		const source = emptyFiles(["10_c.up.sql", "9_b.up.sql", "001_a.up.sql"]);
		expect(await source.versions()).toEqual([1n, 9n, 10n]);
	});

	it("lets up and down of one version have different titles", async () => {
		const source = emptyFiles(["1_add.up.sql", "1_remove.down.sql"]);
		expect([(await source.readUp(1n))?.identifier, (await source.readDown(1n))?.identifier]).toEqual(["add", "remove"]);
	});

	it("joins the files of one version that others part", async () => {
		const source = emptyFiles(["01_a.down.sql", "02_b.down.sql", "1_a.up.sql", "2_b.up.sql"]);
		expect(await source.versions()).toEqual([1n, 2n]);
		for (const version of [1n, 2n]) {
			expect(await source.readUp(version)).toBeDefined();
			expect(await source.readDown(version)).toBeDefined();
		}
	});

	it("refuses two files of one version and direction and names both", () => {
		expect(() => emptyFiles(["001_a.up.sql", "2_b.up.sql", "1_c.up.sql"])).toThrow(
			expect.objectContaining({
				code: "ERR_DUPLICATE_MIGRATION",
				message: "two up migrations have version 1 in db: db/001_a.up.sql and db/1_c.up.sql; give one another version",
				details: { version: 1n, direction: "up", names: ["001_a.up.sql", "1_c.up.sql"] },
			}),
		);
	});

	it("names every file that looks like a migration and is none", () => {
		expect(() => emptyFiles(["1_a.up.sql", "1_a.up.sql~", "2_b.sql", "README.md"])).toThrow(
			expect.objectContaining({
				code: "ERR_MIGRATION_NAME",
				message: expect.stringMatching(/in db are; rename or remove them\n1_a\.up\.sql~: .*\n2_b\.sql: .*$/),
				details: { names: ["1_a.up.sql~", "2_b.sql"] },
			}),
		);
	});

	it("leaves folders out of a name, and asks for the file by the whole", async () => {
		await using source = emptyFiles(["1_a/2_b.up.sql", "c/godwit.sql"]);
		expect(await source.versions()).toEqual([2n]);
		expect(await source.readUp(2n)).toMatchObject({ name: "2_b.up.sql", location: "db/1_a/2_b.up.sql" });
		expect(() => emptyFiles(["x/1_a.up.sql", "y/1_b.up.sql"])).toThrow("db/x/1_a.up.sql and db/y/1_b.up.sql");
	});

	it("answers the same versions whatever was done to an earlier answer", async () => {
		await using source = emptyFiles(["1_a.up.sql", "2_b.up.sql"]);
		const versions = (await source.versions()) as bigint[];
		versions.reverse();
		expect(await source.versions()).toEqual([1n, 2n]);
	});

	it("is empty without migrations", async () => {
		await using source = emptyFiles(["README.md"]);
		expect(await source.versions()).toEqual([]);
	});
});

describe("a control character in a file's name", () => {
	it("reaches no message", async () => {
		const file = await emptyFiles(["2_a\u009b.up.sql"]).readUp(2n);
		expect(file).toMatchObject({ identifier: "a\uFFFD", location: "db/2_a\uFFFD.up.sql" });
		expect(() => emptyFiles(["2_a\u001b.up.sql", "2_b.up.sql"])).toThrow("db/2_a\uFFFD.up.sql and db/2_b.up.sql");
		expect(() => emptyFiles(["2_a\n.up.sql"])).toThrow("\n2_a\uFFFD.up.sql: its name is not");
	});
});
