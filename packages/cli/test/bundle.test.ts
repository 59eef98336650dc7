import { resolve } from "node:path";
import { type OutputChunk, type RolldownOutput, rolldown } from "rolldown";
import { loadConfig } from "rolldown/config";
import { beforeAll, describe, expect, it } from "vitest";
import { WORK_PATHS } from "../bundle/work-modules.ts";

const cli = resolve(import.meta.dirname, "..");
let chunks: readonly OutputChunk[] = [];

/** The files of the command, as `pnpm build` makes them. */
beforeAll(async () => {
	const config = await loadConfig(resolve(cli, "rolldown.config.js"));
	if (Array.isArray(config) || typeof config === "function") throw new TypeError("the configuration is for one bundle");
	const { output, ...input } = config;
	if (Array.isArray(output)) throw new TypeError("the configuration is for one output");
	await using build = await rolldown({ ...input, cwd: cli });
	const made: RolldownOutput = await build.generate(output);
	chunks = made.output.filter((file) => file.type === "chunk");
});

/** Is loaded when something of it is first used. */
const LATE = "command-work.cjs";
/** Of a migration in rounds; loaded late too. */
const ROUNDS = "command-rounds.cjs";

/** What is loaded with a file of the bundle. */
function loadedWith(name: string): readonly OutputChunk[] {
	const wanted = new Set([`${name}.cjs`]);
	// A set is iterated to its end, also what is added meanwhile.
	for (const file of wanted) {
		const found = chunks.find(({ fileName }) => fileName === file);
		if (found === undefined) throw new Error(`there is no ${file}, but ${chunks.map(({ fileName }) => fileName)}`);
		for (const next of found.imports) if (next.endsWith(".cjs") && isRequiredBy(found, next)) wanted.add(next);
	}
	return chunks.filter(({ fileName }) => wanted.has(fileName));
}

/** The bundler knows nothing of what `ownNamespaces` has taken out. */
function isRequiredBy({ code }: OutputChunk, file: string): boolean {
	return file !== LATE && file !== ROUNDS && code.includes(`require("./${file}")`);
}

const bytesOf = (files: readonly OutputChunk[]): number =>
	files.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0);

const modulesOf = (files: readonly OutputChunk[]): readonly string[] =>
	files.flatMap(({ moduleIds }) => moduleIds).map((path) => path.replaceAll("\\", "/"));

describe("the bundle of the command", () => {
	it("loads no driver, source or engine to read the command line", () => {
		const files = loadedWith("command");
		expect(modulesOf(files).filter((path) => /packages\/(core|sqlite|source-file|postgres)/.test(path))).toEqual([]);
		expect(bytesOf(files)).toBeLessThan(50_000);
	});

	it.each([
		["check", /core\/src\/check\/(?!compare-structures|check-finding)/],
		[
			"rehearse",
			/engine\/rehearse\/(?!assert-rehearse-options)|copies\/rehearsal|sqlite\/src\/comparison|rehearsal-page/,
		],
		["plan", /sqlite-analysis/],
		["dump", /engine\/dump\/dump-/],
		["doctor", /sqlite\/src\/doctor/],
		["backup and restore", /copies\/(make-backup|restore-backup)/],
		["repair and baseline", /engine\/(repair|baseline)\.ts/],
		["other drivers", /packages\/(sqlite-wasm|postgres)\/|node_modules\/(?!.*fastest-levenshtein)/],
	])("loads nothing of %s for a run on a SQLite file", (_, own) => {
		const all = modulesOf(chunks).filter((path) => own.test(path));
		expect(all).not.toEqual([]);
		const run = [...loadedWith("command-run"), ...loadedWith("command-work")];
		expect(modulesOf(run).filter((path) => own.test(path))).toEqual([]);
	});

	it("needs one file to read a SQLite file, beside what starts it, of at most 180 kB together", () => {
		const files = loadedWith("command-run");
		expect(files.map(({ fileName }) => fileName).toSorted()).toEqual(["command-run.cjs", "command.cjs"]);
		expect(bytesOf(files)).toBeLessThan(180_000);
	});

	it("needs one more to run something on it, of at most 120 kB", () => {
		const [work] = chunks.filter(({ fileName }) => fileName === LATE);
		expect(work?.imports.filter((name) => name.startsWith("command")).toSorted()).toEqual([
			"command-rolldown-runtime.cjs",
			"command-run.cjs",
			"command.cjs",
		]);
		expect(bytesOf(work === undefined ? [] : [work])).toBeLessThan(120_000);
	});

	it.each(WORK_PATHS)("loads late what %s stands for", (path) => {
		const late = modulesOf(chunks.filter(({ fileName }) => fileName === LATE));
		expect(late.filter((module) => path.test(module))).not.toEqual([]);
	});

	it("has source maps that lead to the sources in the packages beside it", () => {
		const sources = chunks.flatMap(({ map }) => map?.sources ?? []).filter((path) => !path.includes("node_modules/"));
		expect(sources).toContain("../../@godwit/core/src/engine/migrate.ts");
		expect(sources.filter((path) => !/^\.\.\/(?:src|\.\.\/@godwit\/[a-z-]+\/src)\//.test(path))).toEqual([]);
	});

	it("has no byte above 7F, which would make V8 keep a text in two bytes for each character", () => {
		for (const { fileName, code } of chunks) expect(code.match(/[^\0-\x7f]/), fileName).toBeNull();
	});
});
