import { type DriverCapability, driverCapabilities, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteNode } from "@godwit/sqlite-node";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import { describe, it } from "vitest";
import { sqliteHarness } from "./sqlite-harness.ts";

const capabilities = Object.keys(driverCapabilities) as readonly DriverCapability[];
const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 10 };

for (const [name, factory, options] of [
	["sqlite-native", sqliteNative],
	["sqlite-wasm", sqliteWasm],
	["sqlite-node", sqliteNode],
	// A name that is misspelt is a string there, also in the driver's own statements.
	["sqlite-node with double-quoted strings", sqliteNode, "x-double-quoted-strings=true"],
] as const) {
	const suite = { describe, it, create: () => sqliteHarness(factory, options), capabilities, run };
	runLaws(driverLaws, { ...suite, name });
	runLaws(engineLaws, { ...suite, name: `Migrate on ${name}` });
}
