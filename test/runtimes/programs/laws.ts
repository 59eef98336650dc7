/**
 * `laws.ts DRIVER RUNS`: tries a driver, and the engine on it, by the laws, in the runtime that runs this program.
 *
 * Prints a line of JSON for each law. It is run from a folder where the packages are installed as they are published.
 */
import { type DriverCapability, driverCapabilities, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import type { DriverFactory } from "@godwit/core";
import { sqliteHarness } from "../../conformance/sqlite-harness.ts";

/** What a law came to. */
export interface Verdict {
	readonly law: string;
	/** Why it is broken; absent when it is kept. */
	readonly broken?: string;
}

const [driver = "", runs] = process.argv.slice(2);
const factory = await load(driver);
const tests: [law: string, check: () => Promise<void>][] = [];
const suite = {
	describe: (_title: string, body: () => void): void => body(),
	it: (law: string, check: () => Promise<void>): void => void tests.push([law, check]),
	name: driver,
	create: () => sqliteHarness(factory),
	capabilities: Object.keys(driverCapabilities) as DriverCapability[],
	run: { seed: 1, numRuns: Number(runs) },
};
runLaws(driverLaws, suite);
runLaws(engineLaws, suite);

for (const [law, check] of tests) {
	const verdict: Verdict = await check().then(
		() => ({ law }),
		(error: unknown) => ({ law, broken: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
	);
	console.log(JSON.stringify(verdict));
}

async function load(name: string): Promise<DriverFactory> {
	if (name === "sqlite-native") return (await import("@godwit/sqlite-native")).sqliteNative;
	if (name === "sqlite-wasm") return (await import("@godwit/sqlite-wasm")).sqliteWasm;
	return (await import("@godwit/sqlite-node")).sqliteNode;
}
