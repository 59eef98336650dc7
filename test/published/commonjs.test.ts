import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Section, sectionsOf } from "../docs/guide.ts";
import { installPackages } from "./install-packages.ts";

const tools = resolve(import.meta.dirname, "../../node_modules/.bin");
const sections = sectionsOf("guides/commonjs.md");
const tried = sections.filter(({ commands }) => commands.length > 0);
const root = realpathSync(mkdtempSync(join(tmpdir(), "godwit-commonjs-")));
const folderOf = ({ title }: Section): string => join(root, title.replaceAll(/\W+/g, "-"));

function run(line: string, cwd: string): { readonly code: number | null; readonly printed: string } {
	const { DEBUG, NODE_OPTIONS, NODE_PATH, ...env } = process.env;
	const { status, stdout, stderr } = spawnSync("sh", ["-c", line.replace(/^npx /, "")], {
		cwd,
		encoding: "utf8",
		env: { ...env, PATH: [dirname(process.execPath), tools, env.PATH].join(delimiter) },
	});
	return { code: status, printed: (stdout + stderr).trimEnd() };
}

beforeAll(async () => {
	for (const section of tried) {
		const folder = folderOf(section);
		await installPackages(folder, ["godwit"], ["@types/node"]);
		writeFileSync(join(folder, "package.json"), '{ "private": true }');
		const files = Object.assign(
			{},
			...sections.filter(({ commands }) => commands.length === 0).map(({ files }) => files),
		);
		for (const [path, text] of Object.entries<string>({ ...files, ...section.files })) {
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			writeFileSync(join(folder, path), text);
		}
	}
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("docs/guides/commonjs.md", () => {
	it("has JavaScript, and TypeScript of both kinds", () => {
		expect(tried).toHaveLength(3);
	});

	it.each(tried)("$title: does as it says", (section) => {
		for (const { line, output = "" } of section.commands) {
			expect(run(line, folderOf(section)), line).toEqual({ code: 0, printed: output });
		}
	});

	it.each([
		["node16", "error TS1479: The current file is a CommonJS module"],
		["node20", undefined],
	])("says what TypeScript makes of an import in CommonJS: %s", (module, error) => {
		const [, nodenext] = tried;
		const folder = folderOf(nodenext as Section);
		const { printed } = run(`tsc --noEmit --strict --target es2023 --module ${module} --types node app.cts`, folder);
		if (error === undefined) expect(printed).toBe("");
		else expect(printed).toContain(error);
	});
});
