import { memorySource } from "@godwit/core";
import { describe, it } from "vitest";
import {
	type DriverCapability,
	driverCapabilities,
	driverLaws,
	engineLaws,
	memoryHarness,
	runLaws,
	sourceLaws,
} from "../src/index.ts";

const run = { seed: Number(process.env.GODWIT_SEED ?? 1) };
const capabilities = Object.keys(driverCapabilities) as DriverCapability[];

runLaws(driverLaws, { describe, it, name: "memoryDriver", create: memoryHarness, capabilities, run });
runLaws(engineLaws, { describe, it, name: "Migrate on memoryDriver", create: memoryHarness, capabilities, run });
runLaws(sourceLaws, {
	describe,
	it,
	name: "memorySource",
	create: async () => ({ open: async (files) => memorySource(files), async [Symbol.asyncDispose]() {} }),
	run,
});
