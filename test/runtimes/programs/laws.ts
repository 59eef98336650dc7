/**
 * `laws.ts DRIVER RUNS [SERVER]`: tries a driver, and the engine on it, by the laws, in the runtime that runs this program.
 * SERVER is the URL of a PostgreSQL server, without a database, for the driver `postgres` alone.
 *
 * Prints a line of JSON for each law. It is run from a folder where the packages are installed as they are published.
 */
import {
	type CreateHarness,
	type DriverCapability,
	type DriverHarness,
	driverCapabilities,
	driverLaws,
	engineLaws,
	runLaws,
} from "@godwit/conformance";
import type { DriverFactory } from "@godwit/core";
import { pgliteCapabilities, pgliteHarness } from "../../../packages/postgres/test/fixtures/pglite-harness.ts";
import { postgresCapabilities, postgresHarness } from "../../../packages/postgres/test/fixtures/postgres-harness.ts";
import { sqliteHarness } from "../../conformance/sqlite-harness.ts";

/** What a law came to. */
export interface Verdict {
	readonly law: string;
	/** Why it is broken; absent when it is kept. */
	readonly broken?: string;
}

/** A driver, and databases to try it on. */
interface Subject {
	readonly create: CreateHarness<DriverHarness>;
	readonly capabilities: readonly DriverCapability[];
	close(): Promise<void>;
}

const [driver = "", runs, server = ""] = process.argv.slice(2);
const { create, capabilities, close } = await load(driver);
const tests: [law: string, check: () => Promise<void>][] = [];
const suite = {
	describe: (_title: string, body: () => void): void => body(),
	it: (law: string, check: () => Promise<void>): void => void tests.push([law, check]),
	name: driver,
	create,
	capabilities,
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
await close();

async function load(name: string): Promise<Subject> {
	if (name === "sqlite-native") return sqlite((await import("@godwit/sqlite-native")).sqliteNative);
	if (name === "sqlite-wasm") return sqlite((await import("@godwit/sqlite-wasm")).sqliteWasm);
	if (name === "sqlite-node") return sqlite((await import("@godwit/sqlite-node")).sqliteNode);
	const { pglite, postgres } = await import("@godwit/postgres");
	if (name === "postgres") {
		const create = () => postgresHarness(postgres, server);
		return { create, capabilities: postgresCapabilities, close: async () => {} };
	}
	const { PGlite } = await import("@electric-sql/pglite");
	const database = await PGlite.create();
	const create = () => pgliteHarness(pglite, database);
	return { create, capabilities: pgliteCapabilities, close: () => database.close() };
}

function sqlite(factory: DriverFactory): Subject {
	const capabilities = Object.keys(driverCapabilities) as DriverCapability[];
	return { create: () => sqliteHarness(factory), capabilities, close: async () => {} };
}
