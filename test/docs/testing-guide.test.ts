import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { guideExamples } from "./guide-examples.ts";

const root = resolve(import.meta.dirname, "../..");
const examples = guideExamples(join(root, "docs/guides/testing.md"));

/** Those that need another program than the workspace has are run on the packed packages, see test/packed. */
const ELSEWHERE = ["Jest", "bun test"];

describe("docs/guides/testing.md", () => {
	let folder: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-guide-"));
		writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
		// What an app would have installed; Node runs TypeScript outside node_modules only.
		mkdirSync(join(folder, "node_modules"));
		for (const [name, target] of [
			["@godwit", "test/node_modules/@godwit"],
			["better-sqlite3", "test/node_modules/better-sqlite3"],
			["vitest", "node_modules/vitest"],
		] as const) {
			symlinkSync(join(root, target), join(folder, "node_modules", name));
		}
	});

	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it("has an example for each runner", () => {
		expect(examples.map(({ title }) => title)).toEqual(["Vitest", "node:test", ...ELSEWHERE]);
	});

	it.each(examples.filter(({ title }) => !ELSEWHERE.includes(title)))("$title: $command", ({ command, writeTo }) => {
		writeTo(folder);
		const path = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
		// A runner that is started by another one says so to it.
		const { NODE_TEST_CONTEXT, VITEST, ...env } = process.env;
		const printed = execFileSync("sh", ["-c", `${command.replace(/^npx /, "")} 2>&1`], {
			cwd: folder,
			encoding: "utf8",
			env: { ...env, PATH: path, NO_COLOR: "1" },
		});
		expect(printed).toMatch(/Tests +2 passed|pass 2\b/);
		expect(readdirSync(join(folder, "node_modules/.cache/godwit-testing"))).toHaveLength(1);
	});

	it("names every option, with its default", () => {
		const source = readFileSync(join(root, "packages/testing/src/create-template.ts"), "utf8");
		const [, names = ""] = /const NAMES = \[(.+)\] as const/.exec(source) ?? [];
		const page = readFileSync(join(root, "docs/guides/testing.md"), "utf8");
		const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => `"${name}"`);
		expect(rows.join(", ")).toBe(names);
	});
});
