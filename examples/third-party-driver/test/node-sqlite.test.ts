import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
	type DriverCapability,
	type DriverHarness,
	driverCapabilities,
	driverLaws,
	engineLaws,
	runLaws,
} from "@godwit/conformance";
import { textBody } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { nodeSqlite } from "../node-sqlite.ts";

// All of them: the shared driver has everything, and the binding adds nothing that could take it away.
const capabilities = Object.keys(driverCapabilities) as readonly DriverCapability[];
const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 10 };

async function create(): Promise<DriverHarness & AsyncDisposable> {
	const folder = await mkdtemp(join(tmpdir(), "godwit-node-sqlite-"));
	const path = join(folder, "app.db");
	return {
		open: () => nodeSqlite.open(`node-sqlite://${path}?x-synchronous=off`),
		dialect: {
			create: (name) => `CREATE TABLE "${name}" (id INTEGER);`,
			drop: (name) => `DROP TABLE "${name}";`,
			failing: "SELECT * FROM no_such_table;",
			comment: (text) => `-- ${text}`,
			noTransaction: (body) => `-- godwit: no-transaction\n${body}`,
			noStore: (body) => `-- godwit: no-store\n${body}`,
			reachesBeyond: "ATTACH 'another.db' AS another;",
			endTransaction: ["COMMIT;", "ROLLBACK;", "COMMIT; BEGIN;"],
			createOnLines: (name) => `CREATE TABLE "${name}" (\n\tid INTEGER\n);`,
			inlineComment: (text) => `/* ${text} */`,
			unclosed: "'never closed",
		},
		async objects() {
			// Nothing has made the file before the first migration.
			using database = new DatabaseSync(existsSync(path) ? path : ":memory:");
			const tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'schema_migrations*'";
			return database
				.prepare(tables)
				.all()
				.map(({ name }) => String(name));
		},
		async fingerprint() {
			const hash = createHash("sha256");
			for (const name of (await readdir(folder)).sort()) {
				const file = join(folder, name);
				// The lock beside a database is a link to nothing.
				hash.update((await lstat(file)).isSymbolicLink() ? await readlink(file) : await readFile(file));
			}
			return hash.digest("hex");
		},
		async stealLock() {
			using database = new DatabaseSync(path);
			database.exec(
				"UPDATE schema_migrations_lock SET locked = TRUE, owner = 'another owner', expires_at = '9999-01-01'",
			);
		},
		async blockUnlock() {
			const execute = (sql: string): void => {
				using database = new DatabaseSync(path);
				database.exec(sql);
			};
			execute(
				"CREATE TRIGGER kept BEFORE UPDATE ON schema_migrations_lock WHEN NOT NEW.locked BEGIN SELECT RAISE(ABORT, 'the lock is kept'); END",
			);
			return async () => execute("DROP TRIGGER kept");
		},
		spoilVersion: {
			async "a second row"() {
				using database = new DatabaseSync(path);
				database.exec("INSERT INTO schema_migrations (version, dirty) VALUES (6, FALSE)");
			},
			"a file that is no database": () => writeFile(path, "no database ".repeat(1_000)),
		},
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}

runLaws(driverLaws, { describe, it, name: "node-sqlite", create, capabilities, run });
runLaws(engineLaws, { describe, it, name: "Migrate on node-sqlite", create, capabilities, run });

describe("nodeSqlite", () => {
	it("borrows an open database, with its functions, and leaves it open", async () => {
		using database = new DatabaseSync(":memory:");
		database.function("twice", (value) => Number(value) * 2);
		{
			await using driver = nodeSqlite.withInstance(database);
			await driver.apply?.(textBody("CREATE TABLE a AS SELECT twice(21) AS answer"), {
				version: 2n ** 60n,
				dirty: false,
			});
			expect(await driver.version()).toMatchObject({ version: 2n ** 60n, dirty: false });
		}
		expect({ ...database.prepare("SELECT answer FROM a").get() }).toEqual({ answer: 42 });
	});

	it.each([
		["SQLITE_CONSTRAINT", "CREATE TABLE a (b UNIQUE); INSERT INTO a VALUES (1), (1)"],
		["SQLITE_MISMATCH", "CREATE TABLE a (b INTEGER PRIMARY KEY); INSERT INTO a VALUES ('x')"],
		["SQLITE_ERROR", "SELECT * FROM a"],
	])("names %s", async (resultCode, sql) => {
		await using driver = await nodeSqlite.open("node-sqlite://:memory:");
		await expect(driver.run(textBody(sql))).rejects.toMatchObject({ code: "ERR_SQL", details: { resultCode } });
	});

	it("waits for another connection's transaction, which it can tell from other failures", async () => {
		await using harness = await create();
		await using driver = await harness.open();
		await using other = await harness.open();
		await driver.setVersion({ version: 1n, dirty: false });
		let written: Promise<void> | undefined;
		await driver.transaction?.({ version: 2n, dirty: false }, async () => {
			written = other.setVersion({ version: 3n, dirty: false });
			await new Promise((resolve) => setImmediate(resolve));
		});
		await written;
		expect(await driver.version()).toMatchObject({ version: 3n, dirty: false });
	});
});
