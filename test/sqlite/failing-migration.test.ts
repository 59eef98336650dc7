import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

const FILES = ups(
	"CREATE TABLE one (a);",
	"CREATE TABLE two (a);\nINSERT INTO two VALUES (1);\n  INSERT INTO missing VALUES (1);\nCREATE TABLE three (a);",
);

describe.each(backends)("a migration that fails in the middle, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups("CREATE TABLE one (a);"));
	});

	afterEach(() => db[Symbol.dispose]());

	it("leaves version and schema as they were, and is not dirty", async () => {
		const schema = db.schema();
		const { failed, cause } = await failedMigration("ERR_SQL", db.up(FILES));
		expect(cause.details).toMatchObject({ sql: "INSERT INTO missing VALUES (1);", line: 3, column: 3 });
		expect(cause.details.resultCode).toBe("SQLITE_ERROR");
		expect(cause.message).toBe("no such table: missing");
		expect(cause.cause).toBeInstanceOf(Error);
		expect(failed.details).toMatchObject({ version: 2n, direction: "up", dirty: false });
		expect(failed.message).toContain("2_step.up.sql:3:3: no such table: missing");
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(db.schema()).toEqual(schema);
	});

	it("keeps what had succeeded before it, and can be repaired and run again", async () => {
		const repaired = { ...FILES, "2_step.up.sql": "CREATE TABLE two (a);" };
		const { failed } = await failedMigration("ERR_SQL", db.up({ ...repaired, "3_bad.up.sql": "DROP TABLE missing;" }));
		expect(failed.details.report.applied.map(({ version }) => version)).toEqual([2n]);
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
		await db.up({ ...repaired, "3_bad.up.sql": "DROP TABLE two;" });
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	it("goes back to the version above when a way down fails", async () => {
		const files = { ...ups("CREATE TABLE one (a);"), "1_step.down.sql": "DROP TABLE one; DROP TABLE missing;" };
		const schema = db.schema();
		await failedMigration("ERR_SQL", db.down(files));
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(db.schema()).toEqual(schema);
	});

	it("is dirty at the target with x-no-tx-wrap=true, and the message says how to repair it", async () => {
		const { failed } = await failedMigration("ERR_SQL", db.up(FILES, { url: "x-no-tx-wrap=true" }));
		expect(failed.details.dirty).toBe(true);
		expect(failed.message).toContain(
			"the database is dirty at version 2: repair the schema by hand, then say how version 2 ended with repair -dirty applied or repair -dirty reverted",
		);
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
		expect(db.all("SELECT a FROM two")).toEqual([{ a: 1n }]);
		const { message } = await failure("ERR_DIRTY", db.up(FILES));
		expect(message).toBe(
			"the database is dirty at version 2: the up file of version 2 failed half-way; repair the schema by hand, then say how it ended with repair -dirty applied or repair -dirty reverted",
		);
	});

	it("says to force a version where no history is kept", async () => {
		const url = "x-no-tx-wrap=true&x-history=off";
		const { failed } = await failedMigration("ERR_SQL", db.up(FILES, { url }));
		const wayOut = "repair the schema by hand, then record the version that it is at with force";
		expect(failed.message).toContain(`the database is dirty at version 2: ${wayOut}`);
		const { message } = await failure("ERR_DIRTY", db.up(FILES, { url }));
		expect(message).toBe(`the database is dirty at version 2: a migration failed half-way; ${wayOut}`);
	});

	it("is rolled back and dirty at the target with x-atomic=false, as golang-migrate leaves it", async () => {
		const schema = db.schema();
		const { failed } = await failedMigration("ERR_SQL", db.up(FILES, { url: "x-atomic=false" }));
		expect(failed.details.dirty).toBe(true);
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
		expect(db.schema()).toEqual(schema);
		const files = { ...FILES, "2_step.up.sql": "CREATE TABLE two (a);" };
		await db.migrate(files, (migrate) => migrate.force(1));
		await db.up(files, { url: "x-atomic=false" });
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("is version -1 and dirty when the down of the first one fails outside a transaction", async () => {
		const files = { ...ups("CREATE TABLE one (a);"), "1_step.down.sql": "DROP TABLE missing;" };
		await failedMigration("ERR_SQL", db.down(files, { url: "x-no-tx-wrap=true" }));
		expect(await db.version()).toEqual({ version: -1n, dirty: true });
	});

	it('takes all the others with it with transaction: "all"', async () => {
		const files = ups("CREATE TABLE one (a);", "CREATE TABLE two (a);", "DROP TABLE missing;");
		const schema = db.schema();
		await failedMigration("ERR_SQL", db.up(files, { transaction: "all" }));
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(db.schema()).toEqual(schema);
	});

	it.each(["deferred", "immediate", "exclusive"])("is rolled back with x-tx-mode=%s too", async (mode) => {
		const schema = db.schema();
		await failedMigration("ERR_SQL", db.up(FILES, { url: `x-tx-mode=${mode}` }));
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(db.schema()).toEqual(schema);
	});

	it("quotes no more than 2,000 characters of the statement", async () => {
		const sql = `INSERT INTO missing VALUES ('${"x".repeat(5_000)}');`;
		const { cause } = await failedMigration("ERR_SQL", db.up(ups("CREATE TABLE one (a);", sql)));
		expect(cause.details.sql).toBe(`${sql.slice(0, 2_000)}…`);
	});
});
