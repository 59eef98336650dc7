import { type Driver, Migrate, memorySource } from "@godwit/core";
import { afterEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

afterEach(() => server.other.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const open = (): Promise<Driver> => postgres.open(`${server.url}/postgres`);

const LOOK =
	"CREATE TABLE seen AS SELECT regexp_replace(name, '^godwit_[0-9a-f]{12}_', '') AS name FROM pg_prepared_statements;";

async function rows(sql: string): Promise<readonly unknown[]> {
	return (await server.other.query({ text: sql, rowMode: "array" })).rows.flat();
}

/** Files that write a row each, with another one among them. */
function filesAround(file: string): Readonly<Record<string, string>> {
	const files: Record<string, string> = { "1_t.up.sql": "CREATE TABLE t (a int);" };
	for (const version of [2, 3, 5, 6]) files[`${version}_row.up.sql`] = `INSERT INTO t VALUES (${version});`;
	return { ...files, "4_other.up.sql": file };
}

describe("the statements that a session keeps", () => {
	it("are what each migration sends, from the second one on", async () => {
		const files = { "1_t.up.sql": "CREATE TABLE t ();", "2_look.up.sql": LOOK };
		await using migrate = new Migrate({ source: memorySource(files), driver: await open() });
		await migrate.up();
		expect(await rows("SELECT name FROM seen ORDER BY name")).toEqual([
			"add_event",
			"add_stamped_version",
			"lock",
			"note_step",
			"remove_version",
			"transaction",
			"transaction_and_lock",
			"version",
		]);
	});

	const DEALLOCATES = "CREATE FUNCTION forget() RETURNS void LANGUAGE plpgsql AS 'BEGIN DEALLOCATE ALL; END'";
	const RENAMES = "ALTER TABLE schema_migrations RENAME TO kept; ALTER TABLE kept RENAME TO schema_migrations";

	it.each([
		["deallocates them", "INSERT INTO t VALUES (4); DEALLOCATE ALL;"],
		["deallocates them in a function", `${DEALLOCATES}; INSERT INTO t VALUES (4); SELECT forget();`],
		["deallocates them outside a transaction", "-- godwit: no-transaction\nINSERT INTO t VALUES (4);\nDISCARD ALL;"],
		["changes the type of the version", `${unnamed("ALTER version TYPE integer")}; INSERT INTO t VALUES (4);`],
		["renames the version table, and back", `${RENAMES}; INSERT INTO t VALUES (4);`],
		["adds a column to the version", `${unnamed("ADD more int")}; INSERT INTO t VALUES (4);`],
		[
			"changes the type of the mark outside a transaction",
			`-- godwit: no-transaction\n-- godwit: allow own-tables\n${unnamed("ALTER godwit_stamp TYPE timestamptz USING NULL")};\nINSERT INTO t VALUES (4);`,
		],
	])("are texts again when a file %s, and each statement of it is done once", async (_, file) => {
		await server.other.query("CREATE SEQUENCE times");
		const source = memorySource(filesAround(`${file}\nSELECT nextval('times');`));
		await using migrate = new Migrate({ source, driver: await open() });
		expect((await migrate.up()).applied).toHaveLength(6);
		expect(await migrate.version()).toEqual({ version: 6n, dirty: false });
		expect(await rows("SELECT a FROM t ORDER BY a")).toEqual([2, 3, 4, 5, 6]);
		expect(await rows("SELECT last_value FROM times")).toEqual(["1"]);
		expect(await rows("SELECT version FROM schema_migrations_history WHERE op = 'up' ORDER BY id")).toEqual([
			"1",
			"2",
			"3",
			"4",
			"5",
			"6",
		]);
	});

	it("are none of the file's to change what is recorded, with or without its name", async () => {
		const hidden = "DO $$ BEGIN EXECUTE 'UPDATE schema_' || 'migrations SET version = 99'; END $$; DEALLOCATE ALL;";
		await using migrate = new Migrate({ source: memorySource(filesAround(hidden)), driver: await open() });
		await expect(migrate.up()).rejects.toMatchObject({ cause: { code: "ERR_OWN_TABLES" } });
		expect(await migrate.version()).toEqual({ version: 3n, dirty: false });
	});

	it.each(["0A000", "26000"])("are no reason to do a file again that failed with %s at the COMMIT", async (code) => {
		const fail = `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE SQLSTATE ''${code}''; END';`;
		const trigger = "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON t INITIALLY DEFERRED FOR EACH ROW";
		const file = `${fail} ${trigger} EXECUTE FUNCTION fail(); INSERT INTO t VALUES (4); SELECT nextval('times');`;
		await server.other.query("CREATE SEQUENCE times");
		await using migrate = new Migrate({ source: memorySource(filesAround(file)), driver: await open() });
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED", details: { dirty: false } });
		expect(await rows("SELECT last_value FROM times")).toEqual(["1"]);
		expect(await migrate.version()).toEqual({ version: 3n, dirty: false });
	});

	it("wait for another session's lock no longer than a file does", async () => {
		const driver = await postgres.open(`${server.url}/postgres?x-ddl-lock-timeout=1s`);
		await using migrate = new Migrate({ source: memorySource(filesAround("SELECT 1;")), driver });
		await migrate.steps(1);
		await server.other.query("BEGIN; LOCK TABLE schema_migrations_history IN SHARE MODE");
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_MIGRATION_FAILED", details: { dirty: false } });
		await server.other.query("COMMIT");
		expect((await migrate.up()).applied).toHaveLength(5);
	});

	it("are not sent again when somebody has canceled them", async () => {
		await using migrate = new Migrate({ source: memorySource(filesAround("SELECT 1;")), driver: await open() });
		await migrate.steps(2);
		await server.other.query("BEGIN; LOCK TABLE schema_migrations IN SHARE MODE");
		const ran = migrate.up().then(String, String);
		const waiting = "FROM pg_locks WHERE NOT granted AND relation = 'schema_migrations'::regclass";
		await server.until(`SELECT 1 ${waiting}`);
		await server.other.query(`SELECT pg_cancel_backend(pid) ${waiting}`);
		await server.other.query("COMMIT");
		expect(await ran).toContain("canceling statement due to user request");
	});

	it("lock no table while a file runs", async () => {
		const look =
			"CREATE TABLE seen AS SELECT mode FROM pg_locks WHERE relation = ('schema_' || 'migrations_history')::regclass;";
		const files = { "1_t.up.sql": "CREATE TABLE t ();", "2_look.up.sql": look };
		await using migrate = new Migrate({ source: memorySource(files), driver: await open() });
		await migrate.up();
		expect(await rows("SELECT mode FROM seen")).toEqual([]);
	});

	it.each(["schema_migrations", "schema_migrations_history", "schema_migrations_lock"])(
		"are texts again where a trigger of %s deallocates them",
		async (table) => {
			await using migrate = new Migrate({ source: memorySource(filesAround("SELECT 1;")), driver: await open() });
			await migrate.steps(2);
			const trigger = `CREATE TRIGGER forget AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION forget()`;
			const body = "BEGIN DEALLOCATE ALL; RETURN NULL; END";
			await server.other.query(`CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS '${body}'; ${trigger}`);
			expect((await migrate.up()).applied).toHaveLength(4);
			expect(await rows("SELECT a FROM t ORDER BY a")).toEqual([2, 3, 5, 6]);
		},
	);

	it("are not another's to replace", async () => {
		const file = "DEALLOCATE godwit_add_event; PREPARE godwit_add_event(text) AS SELECT 1;";
		await using migrate = new Migrate({ source: memorySource(filesAround(file)), driver: await open() });
		await expect(migrate.up()).rejects.toMatchObject({ message: expect.stringContaining("does not exist") });
	});

	it("do not get into a client that was lent", async () => {
		const files = { "1_t.up.sql": "CREATE TABLE t ();", "2_look.up.sql": LOOK };
		await using migrate = new Migrate({ source: memorySource(files), driver: postgres.withInstance(server.other) });
		await migrate.up();
		expect(await rows("SELECT name FROM seen")).toEqual([]);
	});
});

/** Alters the version table without its name. */
function unnamed(change: string): string {
	return `DO $$ BEGIN EXECUTE 'ALTER TABLE schema_' || 'migrations ${change}'; END $$`;
}
