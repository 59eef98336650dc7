import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRAW, type TestFolder, testFolder } from "./migrations.ts";

let folder: TestFolder;
let copies: string;

beforeEach(() => {
	folder = testFolder();
	copies = join(folder.path, "copies");
	mkdirSync(copies);
});

afterEach(() => folder[Symbol.dispose]());

/** Makes two copies in a process whose folder for temporary files is `copies`, and ends it. @returns Where one was. */
function copyAndEnd(end: string): string {
	const program = `
		import { createTemplate } from "@godwit/testing";
		import { memorySource } from "@godwit/core";
		const source = memorySource(${JSON.stringify(DRAW)});
		const template = await createTemplate({ source, database: "sqlite-node://", cacheFolder: ${JSON.stringify(folder.cacheFolder)} });
		await template.copy();
		process.stdout.write((await template.copy()).path);
		${end}`;
	const { stdout, stderr } = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], {
		cwd: import.meta.dirname,
		encoding: "utf8",
		env: { ...process.env, TMPDIR: copies, TEMP: copies },
	});
	expect(stderr).toBe("");
	return stdout;
}

describe("copies that nobody removes", () => {
	it.each([
		["ends", ""],
		["fails", "process.exit(1)"],
	])("are gone when the process %s", (_, end) => {
		expect(copyAndEnd(end)).toContain(copies);
		expect(readdirSync(copies)).toEqual([]);
	});

	it("stay when the process is killed, until another one makes a copy", () => {
		const path = copyAndEnd("process.kill(process.pid, 'SIGKILL')");
		expect(existsSync(path)).toBe(true);
		copyAndEnd("");
		expect(readdirSync(copies)).toEqual([]);
	});

	it("stay while their process lives, and where a process of another machine has made them", () => {
		const living = `godwit-copies-${hostname()}-${process.pid}-abcdef`;
		const elsewhere = `godwit-copies-elsewhere-${hostname()}-999999999-abcdef`;
		for (const name of [living, elsewhere, "others"]) mkdirSync(join(copies, name));
		mkdirSync(join(copies, `godwit-copies-${hostname()}-999999999-abcdef`));
		copyAndEnd("");
		expect(readdirSync(copies).sort()).toEqual([elsewhere, living, "others"].sort());
	});
});
