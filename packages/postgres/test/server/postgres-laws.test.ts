import { driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { postgresCapabilities as capabilities, postgresHarness } from "../fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

let server: PostgresServer;

beforeAll(async () => {
	server = await startPostgres();
});

afterAll(() => server[Symbol.asyncDispose]());

const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 3 };
const suite = { describe, it, create: () => postgresHarness(postgres, server.url), capabilities, run };

runLaws(driverLaws, { ...suite, name: "postgres" });
runLaws(engineLaws, { ...suite, name: "Migrate on postgres" });
