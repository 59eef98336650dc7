import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRAW, type TestFolder, testFolder } from "./migrations.ts";

let folder: TestFolder;

beforeEach(() => {
	folder = testFolder();
});

afterEach(() => folder[Symbol.dispose]());

/** Makes a template without saying where. @returns What a failure says. */
function createIn(cwd: string): string {
	const program = `
		import { memorySource } from ${JSON.stringify(import.meta.resolve("@godwit/core"))};
		import { createTemplate } from ${JSON.stringify(import.meta.resolve("@godwit/testing"))};
		const source = memorySource(${JSON.stringify(DRAW)});
		await createTemplate({ source, database: "sqlite-node://" }).catch(({ code, message }) => console.log(code + ": " + message));`;
	const args = ["--no-warnings", "--input-type=module", "-e", program];
	const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
	expect(stderr).toBe("");
	return stdout;
}

describe("without a cacheFolder", () => {
	it("templates are kept in node_modules beside the nearest package.json, in the working directory or above", () => {
		const inner = join(folder.path, "packages/inner");
		const nested = join(inner, "test/deep");
		mkdirSync(nested, { recursive: true });
		for (const project of [folder.path, inner]) writeFileSync(join(project, "package.json"), "{}");
		for (const cwd of [nested, inner]) expect(createIn(cwd)).toBe("");
		expect(readdirSync(join(inner, "node_modules/.cache/godwit-testing"))).toHaveLength(1);
		expect(existsSync(join(folder.path, "node_modules"))).toBe(false);
	});

	it("a place without a package.json is refused, with what to do", () => {
		expect(createIn(folder.path)).toBe(
			`ERR_DATABASE: there is no package.json in ${folder.path} or above it, beside which templates are kept; run the tests in the project, or name a folder with cacheFolder\n`,
		);
	});
});
