import { type DriverCapability, driverCapabilities, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import { describe, it } from "vitest";
import { sqliteHarness } from "./sqlite-harness.ts";

const capabilities = Object.keys(driverCapabilities) as readonly DriverCapability[];
const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 10 };

for (const [name, factory] of [
	["sqlite-native", sqliteNative],
	["sqlite-wasm", sqliteWasm],
] as const) {
	const suite = { describe, it, create: () => sqliteHarness(factory), capabilities, run };
	runLaws(driverLaws, { ...suite, name });
	runLaws(engineLaws, { ...suite, name: `Migrate on ${name}` });
}
