import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SCENARIOS, type ScenarioName } from "./scenarios.ts";

/** One protection switched off. */
interface Mutant {
	readonly name: string;
	readonly file: string;
	readonly from: string;
	readonly to: string;
	/** The scenario that has to notice. */
	readonly noticed: ScenarioName;
}

const MUTANTS: readonly Mutant[] = [
	{
		name: "the fence",
		file: "packages/sqlite/src/sqlite-driver.ts",
		from: "if (held) row.fence();",
		to: "",
		noticed: "who lost the lock cannot commit",
	},
	{
		name: "the hot-journal recovery",
		file: "packages/sqlite-wasm/src/vfs-guard.ts",
		from: "if ((path === lock.path && lock.held) || (",
		to: "if (path === lock.path && lock.held) return;\nif ((",
		noticed: "wasm rolls a hot journal back before it reads",
	},
	{
		name: "native's look at the lock beside the database",
		file: "packages/sqlite-native/src/native-connection.ts",
		from: "path === undefined ? undefined : lockFile(path)",
		to: "undefined",
		noticed: "native stays out while a node-sqlite3-wasm application holds its lock",
	},
	{
		name: "native's lock before it looks",
		file: "packages/sqlite-native/src/native-connection.ts",
		from: "shared.take()",
		to: "undefined",
		noticed: "wasm cannot begin to write once native has found its lock free",
	},
	{
		name: "wasm's look at the locks of native connections",
		file: "packages/sqlite-wasm/src/vfs-guard.ts",
		from: "\t\t\t\tassertNoNativeConnection(databasePath, natives);\n",
		to: "",
		noticed: "wasm stays out while a native application holds its lock",
	},
	{
		name: "foreign keys off",
		file: "packages/sqlite/src/sqlite-driver.ts",
		from: '["foreign_keys", foreignKeys ? 1n : 0n]',
		to: '["foreign_keys", 1n]',
		noticed: "a table rebuild keeps the rows that refer to the table",
	},
	{
		name: "BEGIN IMMEDIATE",
		file: "packages/sqlite/src/transaction.ts",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is text to look for
		from: "`BEGIN ${txMode.toUpperCase()}`",
		to: '"BEGIN DEFERRED"',
		noticed: "a migration waits for another connection's transaction instead of failing in its midst",
	},
];

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("every protection is missed when it is off", () => {
	it.each(Object.keys(SCENARIOS))("with all protections on: %s", async (name) => {
		using project = copyProject();
		expect(await project.play(name)).toBe("");
	});

	it.each(MUTANTS)("without $name it no longer holds that $noticed", async ({ file, from, to, noticed }) => {
		using project = copyProject();
		project.mutate(file, from, to);
		expect(await project.play(noticed)).toContain("AssertionError");
	});

	it("each scenario has its mutant", () => {
		expect(MUTANTS.map(({ noticed }) => noticed).sort()).toEqual(Object.keys(SCENARIOS).sort());
	});
});

interface ProjectCopy extends Disposable {
	/** Replaces a text that occurs once. */
	mutate(file: string, from: string, to: string): void;
	/** Plays a scenario. @returns what the program says of its failure, nothing when it succeeds. */
	play(name: string): Promise<string>;
}

/** The sources in a temporary folder; what is installed is linked to. */
function copyProject(): ProjectCopy {
	const folder = mkdtempSync(join(tmpdir(), "godwit-mutant-"));
	const copy = (path: string): void =>
		cpSync(join(ROOT, path), join(folder, path), {
			recursive: true,
			verbatimSymlinks: true,
			// Others write there at the same time.
			filter: (source) => basename(source) !== ".cache",
		});
	symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
	for (const name of readdirSync(join(ROOT, "packages"))) {
		for (const part of ["src", "package.json", "node_modules"]) copy(join("packages", name, part));
	}
	for (const part of ["torture", "package.json", "node_modules"]) copy(join("test", part));
	return {
		mutate(file, from, to) {
			const path = join(folder, file);
			const parts = readFileSync(path, "utf8").split(from);
			expect(parts, `occurrences of "${from}" in ${file}`).toHaveLength(2);
			writeFileSync(path, parts.join(to));
		},
		play: (name) =>
			new Promise((resolve) => {
				const program = join(folder, "test/torture/play-scenario.ts");
				execFile(process.execPath, [program, name], (error, _, stderr) => resolve(error === null ? "" : stderr));
			}),
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
}
