import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFiles } from "../../src/new-files/create-files.ts";
import type { Numbering } from "../../src/new-files/file-request.ts";
import { folderOf } from "../fixtures/godwit.ts";

const sequence: Numbering = { kind: "sequence", digits: 2 };
const seconds: Numbering = { kind: "time", format: "20060102150405", timeZone: "UTC" };
const now = new Date("2026-11-27T01:02:03Z");

/** The up files in a folder, and whatever is no migration. */
async function upsIn(folder: string): Promise<readonly string[]> {
	return (await readdir(folder)).filter((name) => !name.endsWith(".down.sql")).sort();
}

describe("createFiles", () => {
	it("gives twenty calls at once twenty numbers, and leaves nothing else behind", async () => {
		const folder = join(await folderOf({}), "m");
		const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
		await Promise.all(names.map((name) => createFiles({ name, suffix: ".sql", folder, numbering: sequence })));
		const ups = await upsIn(folder);
		expect(ups.map((name) => Number.parseInt(name, 10))).toEqual(names.map((_, index) => index + 1));
	});

	it("gives a time once, and refuses it to every other call at once", async () => {
		const folder = await folderOf({});
		const outcomes = await Promise.allSettled(
			["a", "b", "c"].map((name) => createFiles({ name, suffix: ".sql", folder, numbering: seconds }, now)),
		);
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect(await upsIn(folder)).toEqual([expect.stringMatching(/^20261127010203_[abc]\.up\.sql$/)]);
	});

	it("leaves out a number that a killed call had reserved, and names the file that reserves a time", async () => {
		const folder = await folderOf({});
		await writeFile(join(folder, ".1.reserved-by-create"), "");
		await writeFile(join(folder, ".20261127010203.reserved-by-create"), "");
		const request = { name: "a", suffix: ".sql", folder };
		const [up] = await createFiles({ ...request, numbering: sequence });
		expect(up).toBe(join(folder, "02_a.up.sql"));
		await expect(createFiles({ ...request, numbering: seconds }, now)).rejects.toThrow(
			`version 20261127010203 is being created by somebody else; try again, or, if that was killed, remove ${join(folder, ".20261127010203.reserved-by-create")}`,
		);
	});
});
