import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { type DriverHarness, driverLaws, engineLaws, runLaws } from "@godwit/conformance";
import { driver } from "../src/index.ts";

const capabilities = [
	"persistent",
	"lock",
	"cross-instance-lock",
	"atomic-run",
	"apply",
	"unreadable-version",
] as const;

/** How many random cases a law is checked with; a slow database may want fewer. */
const run = { numRuns: Number(process.env.NUM_RUNS ?? 30) };

/** Makes an empty database, and says how to look at it without the driver. */
async function create(): Promise<DriverHarness & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), "skeleton-"));
	const path = join(folder, "app.db");

	function ask(sql: string): readonly Record<string, unknown>[] {
		const database = new DatabaseSync(path);
		try {
			return database.prepare(sql).all();
		} finally {
			database.close();
		}
	}

	return {
		open: () => driver.open(`skeleton://${path}`),
		dialect: {
			create: (name) => `CREATE TABLE "${name}" (id INTEGER);`,
			drop: (name) => `DROP TABLE "${name}";`,
			failing: "INSERT INTO no_such_table VALUES (1);",
			comment: (text) => `-- ${text}`,
		},
		objects: async () =>
			ask("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'schema_migrations%'").map(
				({ name }) => String(name),
			),
		spoilVersion: {
			"a second row": async () => {
				ask("INSERT INTO schema_migrations VALUES (77, 0)");
			},
			"a flag that is none": async () => {
				ask("UPDATE schema_migrations SET dirty = 'maybe'");
			},
		},
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}

runLaws(driverLaws, { describe, it, name: "skeleton", create, capabilities, run });
runLaws(engineLaws, { describe, it, name: "Migrate on skeleton", create, capabilities, run });
