import { PGlite } from "@electric-sql/pglite";
import { driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { pglite } from "../src/index.ts";
import { pgliteCapabilities as capabilities, pgliteHarness } from "./fixtures/pglite-harness.ts";

let database: PGlite;

beforeAll(async () => {
	database = await PGlite.create();
});

afterAll(() => database.close());

const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 3 };
const suite = { describe, it, create: () => pgliteHarness(pglite, database), capabilities, run };

runLaws(driverLaws, { ...suite, name: "pglite" });
runLaws(engineLaws, { ...suite, name: "Migrate on pglite" });
