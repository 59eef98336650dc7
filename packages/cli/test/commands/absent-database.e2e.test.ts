import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, godwit, type Outcome, threeMigrations } from "../fixtures/godwit.ts";

interface Place {
	readonly cwd: string;
	run(...args: readonly string[]): Promise<Outcome>;
}

async function withoutDatabase(scheme = "sqlite-native"): Promise<Place> {
	const cwd = await folderOf(threeMigrations);
	return { cwd, run: (...args) => godwit(["-path", "m", "-database", `${scheme}://a.db`, ...args], { cwd }) };
}

function missing(cwd: string): string {
	return `there is no database at ${join(cwd, "a.db")}`;
}

describe("a database that is not there", () => {
	it.each([
		"repair -adopt 1",
		"repair -pending 1",
		"repair -skip 1",
		"repair -accept 1",
		"repair -dirty applied",
		"redo",
		"backup",
	])("is an error for what acts on what is there, and is not made: %s", async (line) => {
		const { cwd, run } = await withoutDatabase();
		const { code, stderr } = await run(...line.split(" "));
		expect({ code, stderr }).toEqual({
			code: 1,
			stderr: `error: ${missing(cwd)}; look at the path, or let up make it\n`,
		});
		expect(await readdir(cwd)).toEqual(["m"]);
	});

	it("is an error with a code for a program", async () => {
		const { run } = await withoutDatabase();
		for (const line of ["repair -skip 1", "redo", "dump", "history"]) {
			const { stdout } = await run("-json", ...line.split(" "));
			expect(JSON.parse(stdout), line).toMatchObject({ type: "error", code: "ERR_DATABASE" });
		}
	});

	it.each(["sqlite-native", "sqlite-wasm"])("holds nothing to drop, and is not made: %s", async (scheme) => {
		const { cwd, run } = await withoutDatabase(scheme);
		const stderr = `${missing(cwd)}, so there is nothing to drop\n`;
		expect(await run("drop", "-f")).toEqual({ code: 0, stdout: "", stderr });
		expect(await readdir(cwd)).toEqual(["m"]);
	});

	it.each(["restore gone.backup -f", "restore gone.backup", "restore m -f"])(
		"is not made by a backup that is none: %s",
		async (line) => {
			const { cwd, run } = await withoutDatabase();
			const { code, stderr } = await run(...line.split(" "));
			expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/there is no file|is not a file/) });
			expect(await readdir(cwd)).toEqual(["m"]);
		},
	);

	it.each([
		["down 1", 1],
		["down -all", 0],
		["down -stored -f", 0],
		["up 0", 0],
		["goto 9", 1],
		["baseline 1", 1],
		["unlock -f", 0],
	])("is not made where nothing is done: %s", async (line, expected) => {
		const { cwd, run } = await withoutDatabase();
		expect((await run(...line.split(" "))).code).toBe(expected);
		expect(await readdir(cwd)).toEqual(["m"]);
	});
});
