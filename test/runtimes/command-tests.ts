import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CommandStart } from "../../packages/cli/test/fixtures/command-start.ts";
import type { Runtime } from "./runtimes.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TESTS = "packages/cli/test/migrating.e2e.test.ts";

/** What the tests of the command came to, by their full names. */
export interface CommandTests {
	readonly passed: readonly string[];
	readonly failed: readonly string[];
}

/** The part of Vitest's JSON report that is read. */
interface Report {
	readonly testResults: readonly {
		readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
	}[];
}

/**
 * Runs the command's own tests with another runtime and the packed command.
 *
 * @param named A part of the tests' names. Default all of them.
 */
export async function commandTestsIn(
	{ name, program, flags, preload }: Runtime,
	installed: string,
	named = "",
): Promise<CommandTests> {
	const bin = join(installed, "node_modules/godwit/bin/godwit.cjs");
	const start: CommandStart = { program, flags, preload, bin, compileCache: join(installed, "compile-cache") };
	const file = join(installed, `${name.replaceAll(" ", "-")}.json`);
	const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
	const words = ["run", "--project", "unit", "--reporter=json", `--outputFile=${file}`, "-t", named, TESTS];
	// What this Vitest tells its workers is not for another one.
	const own = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
	const env = { ...Object.fromEntries(own), GODWIT_TEST_START: JSON.stringify(start) };
	// It exits with 1 where a test fails, which the report says too.
	await new Promise((resolve) => execFile(process.execPath, [vitest, ...words], { cwd: ROOT, env }, resolve));
	const { testResults } = JSON.parse(await readFile(file, "utf8")) as Report;
	const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
	const ended = (wanted: string): readonly string[] =>
		tests.filter(({ status }) => status === wanted).map(({ fullName }) => fullName);
	return { passed: ended("passed"), failed: ended("failed") };
}
