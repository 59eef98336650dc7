import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DriverHarness } from "@godwit/conformance";
import { type DriverFactory, textBody } from "@godwit/core";

/** Durability is not what the laws ask for; test/torture does. */
const OPTIONS = "x-synchronous=off";

/** One SQLite database in a folder of its own, observed through a third binding, Node's own. */
export async function sqliteHarness(factory: DriverFactory): Promise<DriverHarness & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-laws-"));
	const path = join(folder, "app.db");

	/** Of a copy, made by another process: closing the file in this one would drop the locks that the driver holds on it. */
	function observe<T>(work: (database: DatabaseSync) => T): T {
		const copy = `${folder}-copy.db`;
		execFileSync("cp", [existsSync(path) ? path : "/dev/null", copy]);
		const database = new DatabaseSync(copy);
		try {
			return work(database);
		} finally {
			database.close();
			rmSync(copy);
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
			const hash = 'for f in *; do if [ -L "$f" ]; then readlink "$f"; elif [ -s "$f" ]; then sha256sum "$f"; fi; done';
			return execFileSync("sh", ["-c", hash], { cwd: folder, encoding: "utf8" });
		},
		stealLock: (holder) =>
			holder.run(
				textBody(
					"-- godwit: no-transaction\nUPDATE schema_migrations_lock SET owner = 'somebody else', expires_at = '9999-01-01', locked = TRUE",
				),
			),
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}
