import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DriverHarness } from "@godwit/conformance";
import type { DriverFactory } from "@godwit/core";

/** Durability is not what the laws ask for; test/torture does. */
const OPTIONS = "x-synchronous=off";

/** One SQLite database in a folder of its own, observed through a third binding, Node's own. */
export async function sqliteHarness(factory: DriverFactory): Promise<DriverHarness & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-laws-"));
	const path = join(folder, "app.db");

	function observe<T>(work: (database: DatabaseSync) => T): T {
		const database = new DatabaseSync(path);
		try {
			return work(database);
		} finally {
			database.close();
		}
	}

	return {
		open: () => factory.open(`sqlite://${path}?${OPTIONS}`),
		dialect: {
			create: (name) => `CREATE TABLE "${name}" (id INTEGER);`,
			drop: (name) => `DROP TABLE "${name}";`,
			failing: "INSERT INTO a_table_that_is_not_there VALUES (1);",
			comment: (text) => `-- ${text}`,
			noTransaction: (body) => `-- godwit: no-transaction\n${body}`,
		},
		objects: async () =>
			observe((database) =>
				database
					.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'schema_migrations*'")
					.all()
					.map(({ name }) => String(name)),
			),
		async fingerprint() {
			const names = (await readdir(folder)).sort();
			const files = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
			// SQLite makes the file when it opens it; without a byte in it there is no database yet.
			return files.map(({ name, bytes }) => (bytes.length === 0 ? "" : `${name} ${digest(bytes)}`)).join("\n");
		},
		stealLock: async () =>
			observe((database) => database.exec("UPDATE schema_migrations_lock SET owner = 'somebody else', locked = TRUE")),
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}

function digest(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}
