import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, type TestDatabase, ups } from "./test-database.ts";

/** Counts what is written into godwit's tables. */
const COUNTING = `
	CREATE TABLE writes (name TEXT);
	CREATE TRIGGER v1 AFTER INSERT ON schema_migrations BEGIN INSERT INTO writes VALUES ('version ' || NEW.version); END;
	CREATE TRIGGER v2 AFTER UPDATE ON schema_migrations BEGIN INSERT INTO writes VALUES ('version ' || NEW.version); END;
	CREATE TRIGGER h1 AFTER INSERT ON schema_migrations_history BEGIN INSERT INTO writes VALUES ('event ' || NEW.version); END;
`;

describe.each(backends)("what a run of three migrations writes, on $name", (backend) => {
	const files = { ...ups("CREATE TABLE a (x)", "CREATE TABLE b (x)", "CREATE TABLE c (x)", "CREATE TABLE d (x)") };
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.migrate(files, (migrate) => migrate.steps(1));
		db.exec(COUNTING);
	});

	afterEach(() => db[Symbol.dispose]());

	const writes = (): readonly unknown[] => db.all("SELECT name FROM writes ORDER BY rowid").map(({ name }) => name);

	it('is the version once with transaction: "all"', async () => {
		await db.up(files, { transaction: "all" });
		expect(writes().toSorted()).toEqual(["event 2", "event 3", "event 4", "version 4"]);
	});

	it('is the version of each with transaction: "each"', async () => {
		await db.up(files, { transaction: "each" });
		expect(writes().toSorted()).toEqual(["event 2", "event 3", "event 4", "version 2", "version 3", "version 4"]);
	});
});
