import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, type TestDatabase, ups } from "./test-database.ts";

const FIRST = "CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT);\nINSERT INTO log VALUES (1, 'one');";

describe.each(backends)("a body that changes what godwit relies on, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups(FIRST));
	});

	afterEach(() => db[Symbol.dispose]());

	/** Natively SQLite is defensive and does not turn the journal off, which is an error. */
	const off = backend.name === "sqlite-wasm" ? "PRAGMA journal_mode=OFF;" : "";
	const withoutJournal = `-- godwit: no-transaction\nPRAGMA journal_mode=MEMORY; ${off}`;

	/** Success is only reported for what is recorded and there whole, failure for what is not there. */
	async function tellsTheTruth(trick: string): Promise<void> {
		const body = `INSERT INTO log VALUES (2, 'two');\n${trick}\nINSERT INTO log VALUES (3, 'three');`;
		const succeeded = await db.up(ups(FIRST, body)).then(
			() => true,
			() => false,
		);
		expect(await db.version()).toEqual({ version: succeeded ? 2n : 1n, dirty: false });
		expect(db.all("SELECT count(*) AS n FROM log")).toEqual([{ n: succeeded ? 3n : 1n }]);
	}

	it.each([
		"CREATE TEMP TABLE schema_migrations (version INTEGER, dirty BOOLEAN);",
		"CREATE TRIGGER q BEFORE INSERT ON schema_migrations BEGIN SELECT RAISE(IGNORE); END;",
		"CREATE TRIGGER q AFTER INSERT ON schema_migrations BEGIN UPDATE schema_migrations SET version = 99; END;",
		"DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version TEXT, dirty TEXT);",
	])("is not reported as a success when its version is not recorded: %j", tellsTheTruth);

	// Natively SQLite is defensive and refuses.
	it("is not reported as a success when it takes godwit's table out of the schema by hand", () =>
		tellsTheTruth("PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name = 'schema_migrations';"));

	// better-sqlite3's exec skips a vertical tab, which is white space neither for SQLite nor for the splitter.
	it.each(["\vCOMMIT;", "\vROLLBACK;", "\vPRAGMA journal_mode=MEMORY;"])(
		"cannot hide what breaks the transaction behind a character: %j",
		async (trick) => {
			await tellsTheTruth(trick);
			expect(await db.version()).toEqual({ version: 1n, dirty: false });
		},
	);

	it("does not take the next file its journal away, without which nothing can be rolled back", async () => {
		const seen = "CREATE TABLE seen AS SELECT * FROM pragma_journal_mode;";
		await db.up(ups(FIRST, withoutJournal, seen));
		expect(db.all("SELECT journal_mode FROM seen")).toEqual([{ journal_mode: "persist" }]);
	});

	it("does not leave the next file half done and the database corrupt when that one fails", async () => {
		const numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
		const rows = `INSERT INTO log ${numbers} SELECT i, printf('%.*c', 500, 'x') FROM n;`;
		const fails = "PRAGMA cache_size=5; UPDATE log SET text = 'changed' || text; DROP TABLE missing;";
		const { cause } = await failedMigration("ERR_SQL", db.up(ups(FIRST, rows, withoutJournal, fails)));
		expect(cause.message).toBe("no such table: missing");
		expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
		expect(db.all("SELECT id FROM log WHERE text LIKE 'changed%'")).toEqual([]);
	});

	it.each(["foreign_keys", "legacy_alter_table", "query_only"])(
		"cannot set something for the next file with EXPLAIN PRAGMA, which SQLite carries out: %s",
		async (name) => {
			const set = `-- godwit: no-transaction\nEXPLAIN PRAGMA ${name}=ON;`;
			await db.up(ups(FIRST, set, `CREATE TABLE seen AS SELECT * FROM pragma_${name};`));
			expect(db.all("SELECT * FROM seen")).toEqual([{ [name]: 0n }]);
		},
	);

	it.each([
		["max_page_count", "50"],
		["journal_mode", "MEMORY"],
		["analysis_limit", "7"],
		["cache_spill", "OFF"],
		["fullfsync", "ON"],
		["checkpoint_fullfsync", "ON"],
		["count_changes", "ON"],
		["empty_result_callbacks", "ON"],
		["mmap_size", "65536"],
		["soft_heap_limit", "1000000000"],
		["threads", "3"],
	])("leaves the application's connection as it was: PRAGMA %s=%s", async (name, value) => {
		using connection = backend.connect(db.path);
		const before = connection.all(`PRAGMA ${name}`);
		await using driver = connection.withInstance();
		await driver.run(textBody(`-- godwit: no-transaction\nPRAGMA ${name}=${value};`));
		expect(connection.all(`PRAGMA ${name}`)).toEqual(before);
	});

	it("does not change for the next file what LIKE does", async () => {
		await db.up(ups(FIRST, "PRAGMA case_sensitive_like=ON;", "CREATE TABLE seen AS SELECT 'a' LIKE 'A' AS alike;"));
		expect(db.all("SELECT alike FROM seen")).toEqual([{ alike: 1n }]);
	});
});
