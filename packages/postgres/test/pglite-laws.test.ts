import { PGlite } from "@electric-sql/pglite";
import { type DriverCapability, type DriverHarness, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { pglite } from "../src/index.ts";
import { dialect } from "./fixtures/postgres-harness.ts";

let database: PGlite;

beforeAll(async () => {
	database = await PGlite.create();
});

afterAll(() => database.close());

let schemas = 0;

/** One schema of a database in memory: to make a database takes seconds. */
async function harness(): Promise<DriverHarness & AsyncDisposable> {
	const schema = `laws_${++schemas}`;
	await database.exec(`CREATE SCHEMA ${schema}`);
	return {
		async open() {
			await database.exec(`SET search_path = ${schema}`);
			return pglite.withInstance(database);
		},
		dialect,
		async objects() {
			const { rows } = await database.query<{ relname: string }>(
				"SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::regnamespace AND relname NOT LIKE 'schema_migrations%'",
				[schema],
			);
			return rows.map(({ relname }) => relname);
		},
		async [Symbol.asyncDispose]() {
			await database.exec(`ROLLBACK; DROP SCHEMA ${schema} CASCADE`);
		},
	};
}

// One session: no other instance sees what this one does, and nobody else can spoil anything.
const capabilities: readonly DriverCapability[] = [
	"lock",
	"atomic-run",
	"apply",
	"no-transaction",
	"transaction",
	"last-token",
	"history",
	"structure",
	"scratch",
	"transaction-control",
	"places",
];
const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 3 };
const suite = { describe, it, create: harness, capabilities, run };

runLaws(driverLaws, { ...suite, name: "pglite" });
runLaws(engineLaws, { ...suite, name: "Migrate on pglite" });
