import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runReadme } from "../../run-readme.ts";
import { openNotes, slug } from "../open-notes.ts";

const APP = fileURLToPath(new URL("../notes.ts", import.meta.url));
const WELCOME = "* Déjà vu? Write it down! (/deja-vu-write-it-down)";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "godwit-notes-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function start(...args: readonly string[]): Promise<readonly string[]> {
	const { stdout } = await promisify(execFile)(process.execPath, [APP, ...args], { cwd: folder });
	return stdout.trimEnd().split("\n");
}

describe("the note-keeper", () => {
	it("makes its schema at the first start, and does nothing at the second", async () => {
		const path = join(folder, "notes.db");
		const state = async (): Promise<unknown> => [
			await readdir(folder),
			(await stat(path, { bigint: true })).mtimeNs,
			createHash("sha256")
				.update(await readFile(path))
				.digest("hex"),
		];
		const schema = ["schema 1, create_notes", "schema 2, add_slugs", "schema 3, pin_notes"];
		expect(await start("notes.db")).toEqual([...schema, WELCOME]);
		const before = await state();
		expect(await start("notes.db")).toEqual(["schema 3, nothing to do", WELCOME]);
		expect(await state()).toEqual(before);
	});

	it("goes on with its connection as it was", async () => {
		const { database } = await openNotes(join(folder, "notes.db"));
		expect(database.open).toBe(true);
		expect(database.pragma("foreign_keys", { simple: true })).toBe(1);
		expect(database.prepare("SELECT slug('A b')").pluck().get()).toBe("a-b");
		database.close();
	});
});

describe("slug", () => {
	it.each([
		["Order new leg flags", "order-new-leg-flags"],
		["Ringing: how?", "ringing-how"],
		["Tāwhai", "tawhai"],
		["!!!", "note"],
	])("makes of %j %j", (text, expected) => {
		expect(slug(text)).toBe(expected);
	});
});

describe("README.md", () => {
	it("shows commands that work", async () => {
		const [first, second, ...others] = await runReadme(new URL("../", import.meta.url));
		expect(others).toEqual([]);
		expect(first).toMatchObject({ status: 0, stderr: "" });
		expect(first?.stdout).toContain("- Order new leg flags (/order-new-leg-flags)\n");
		expect(second).toMatchObject({ status: 0, stderr: "" });
		expect(second?.stdout).toContain("schema 3, nothing to do\n");
	});
});
