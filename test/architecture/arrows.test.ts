import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { longFunctions } from "./long-functions.ts";
import { nodeUses } from "./node-uses.ts";

const packages = resolve(import.meta.dirname, "../../packages");

/** Which of our packages each package may import; the arrows point one way. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
	core: [],
	debug: ["@godwit/core"],
	conformance: ["@godwit/core"],
	"source-file": ["@godwit/core"],
	sql: ["@godwit/core"],
	postgres: ["@godwit/core", "@godwit/debug", "@godwit/sql"],
	sqlite: ["@godwit/core", "@godwit/sql"],
	"sqlite-analysis": ["@godwit/core", "@godwit/sql", "@godwit/sqlite"],
	"sqlite-files": ["@godwit/core", "@godwit/debug", "@godwit/sqlite", "@godwit/sqlite-analysis"],
	"sqlite-native": ["@godwit/core", "@godwit/sqlite-files"],
	"sqlite-wasm": ["@godwit/sqlite-files"],
	"sqlite-node": ["@godwit/core", "@godwit/sqlite-files"],
	cli: [
		"@godwit/core",
		"@godwit/debug",
		"@godwit/postgres",
		"@godwit/source-file",
		"@godwit/sql",
		"@godwit/sqlite-native",
		"@godwit/sqlite-node",
		"@godwit/sqlite-wasm",
	],
	"create-driver": [],
	testing: ["@godwit/core", "godwit"],
};

/** Those that run in a browser: they use nothing of Node, nor `debug`, which needs it. */
const ANYWHERE = ["core", "sql", "sqlite", "sqlite-analysis"];

const OURS = /^(godwit|@godwit\/)/;

function sources(name: string): readonly string[] {
	const folder = join(packages, name, "src");
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".ts"))
		.map((file) => join(folder, file));
}

function importedPackages(file: string): readonly string[] {
	const specifiers = readFileSync(file, "utf8").matchAll(/(?:from|import|import\()\s*"([^"./][^"]*)"/g);
	return [...specifiers].map(([, specifier = ""]) => specifier);
}

describe("the packages", () => {
	it("are the ones that the arrows name", () => {
		expect(readdirSync(packages).sort()).toEqual(Object.keys(ARROWS).sort());
	});

	it.each(Object.keys(ARROWS))("%s imports and declares no other package of ours", (name) => {
		const allowed = ARROWS[name] ?? [];
		const imported = new Set(
			sources(name)
				.flatMap(importedPackages)
				.filter((specifier) => OURS.test(specifier)),
		);
		expect([...imported].filter((specifier) => !allowed.includes(specifier))).toEqual([]);
		const manifest = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
		expect(
			Object.keys(manifest.dependencies ?? {})
				.filter((dependency) => OURS.test(dependency))
				.sort(),
		).toEqual([...allowed].sort());
	});

	it.each(ANYWHERE)("%s uses nothing of Node and does not depend on debug", (name) => {
		const used = sources(name).flatMap((file) =>
			nodeUses(readFileSync(file, "utf8")).map((use) => `${relative(packages, file)}: ${use}`),
		);
		expect(used).toEqual([]);
		expect(sources(name).flatMap(importedPackages)).not.toContain("debug");
		const manifest = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
		expect(manifest.dependencies ?? {}).not.toHaveProperty("debug");
	});

	it("keep every source file under 300 lines", () => {
		const long = Object.keys(ARROWS)
			.flatMap(sources)
			.filter((file) => readFileSync(file, "utf8").split("\n").length > 300);
		expect(long).toEqual([]);
	});

	it("keep every folder within 14 files, but for the commands, which are one file each", () => {
		const folders = Object.groupBy(Object.keys(ARROWS).flatMap(sources), (file) => relative(packages, dirname(file)));
		const crowded = Object.entries(folders).filter(([, files = []]) => files.length > 14);
		expect(crowded.map(([folder]) => folder)).toEqual(["cli/src/commands"]);
	});

	it("keep every function within 80 lines", () => {
		const long = Object.keys(ARROWS)
			.flatMap(sources)
			.flatMap((file) =>
				longFunctions(readFileSync(file, "utf8"), 80).map(
					({ line, lines }) => `${relative(packages, file)}:${line} has ${lines} lines`,
				),
			);
		expect(long).toEqual([]);
	});
});
