import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Section, sectionsOf } from "../docs/guide.ts";
import { installPackages } from "../published/install-packages.ts";

const tools = resolve(import.meta.dirname, "../node_modules/.bin");
const sections = sectionsOf("guides/bundlers.md");
const built = sections.filter(({ commands }) => commands.length > 0);
const root = realpathSync(mkdtempSync(join(tmpdir(), "godwit-bundlers-")));

interface Outcome {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a line of the page. npx would look for what is not installed in the registry. */
function run(line: string, cwd: string, variables: Readonly<Record<string, string>> = {}): Outcome {
	const { DEBUG, NODE_OPTIONS, NODE_PATH, ...env } = process.env;
	const path = [dirname(process.execPath), tools, env.PATH].join(delimiter);
	const { status, stdout, stderr } = spawnSync("sh", ["-c", line.replace(/^npx /, "")], {
		cwd,
		encoding: "utf8",
		env: { ...env, PATH: path, ...variables },
	});
	return { code: status, stdout, stderr };
}

function write(folder: string, files: Section["files"]): void {
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
}

const folderOf = ({ title }: Section): string => join(root, title.replaceAll(/[^a-z]+/gi, "-"));

beforeAll(async () => {
	for (const section of built) {
		const folder = folderOf(section);
		await installPackages(folder, ["godwit", "@godwit/core", "@godwit/sqlite-native"], ["better-sqlite3", "webpack"]);
		for (const { files } of sections.filter(({ commands }) => commands.length === 0)) write(folder, files);
		write(folder, section.files);
		write(folder, { "package.json": '{ "private": true, "type": "module" }' });
	}
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("docs/guides/bundlers.md", () => {
	it("has a bundle for each bundler", () => {
		expect(built.map(({ title }) => title)).toEqual([
			"esbuild, as an ES module",
			"esbuild, as CommonJS",
			"Vite",
			"webpack",
			"A single executable",
			"A connection of your own",
		]);
	});

	// The executable that is made is one for Linux; other systems want a signature, or another tool.
	const possible = built.filter(({ title }) => title !== "A single executable" || process.platform === "linux");

	it.each(possible)("$title: does as it says", (section) => {
		for (const { line, output } of section.commands) {
			const { code, stdout, stderr } = run(line, folderOf(section));
			expect(code, `${line}\n${stdout}${stderr}`).toBe(0);
			if (output !== undefined) expect(stdout.trimEnd(), line).toBe(output);
		}
	});

	const alone = possible.filter(({ title }) => title !== "A connection of your own");

	it.each(alone)("$title: the bundle runs where there are no packages", (section) => {
		const elsewhere = bundleOf(section, "alone");
		const [start = ""] = section.commands.slice(-1).map(({ line }) => line);
		expect(run(start, elsewhere)).toEqual({ code: 0, stdout: "applied: create_notes\n", stderr: "" });
		expect(run(start, elsewhere)).toEqual({ code: 0, stdout: "applied: \n", stderr: "" });
		expect(readdirSync(elsewhere).sort()).toEqual(["app.db", "dist"]);
	});

	it.each(alone.filter(({ title }) => title !== "webpack"))(
		"$title: the bundle runs without the package debug, and says that the traces need it",
		(section) => {
			const elsewhere = bundleOf(section, "traced");
			const [start = ""] = section.commands.slice(-1).map(({ line }) => line);
			const { code, stdout, stderr } = run(start, elsewhere, { DEBUG: "godwit:*" });
			expect({ code, stdout }).toEqual({ code: 0, stdout: "applied: create_notes\n" });
			expect(stderr).toContain("the package debug is not installed beside ");
			expect(run(start, elsewhere, { DEBUG: "express:*" }).stderr).toBe("");
		},
	);
});

/** The bundle of a section in a folder of its own. */
function bundleOf(section: Section, name: string): string {
	const folder = join(root, name, folderOf(section).slice(root.length));
	cpSync(join(folderOf(section), "dist"), join(folder, "dist"), { recursive: true });
	return folder;
}
