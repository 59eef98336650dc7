import { type DriverCapability, driverCapabilities, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { postgresHarness } from "../fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

let server: PostgresServer;

beforeAll(async () => {
	server = await startPostgres();
});

afterAll(() => server[Symbol.asyncDispose]());

const capabilities = (Object.keys(driverCapabilities) as DriverCapability[]).filter(
	// A scratch database would need the right to make one, see docs/postgres.md.
	(capability) => !["structure", "schema", "scratch"].includes(capability),
);
const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 3 };
const suite = { describe, it, create: () => postgresHarness(server.url), capabilities, run };

runLaws(driverLaws, { ...suite, name: "postgres" });
runLaws(engineLaws, { ...suite, name: "Migrate on postgres" });
