import { type Driver, Migrate, memorySource } from "@godwit/core";
import { afterEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

afterEach(() => server.other.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const open = (): Promise<Driver> => postgres.open(`${server.url}/postgres`);

const LOOK = "CREATE TABLE seen AS SELECT name FROM pg_prepared_statements ORDER BY name;";

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
		expect(await rows("SELECT name FROM seen")).toEqual([
			"godwit_add_event",
			"godwit_add_stamped_version",
			"godwit_lock",
			"godwit_note_step",
			"godwit_remove_version",
			"godwit_transaction",
			"godwit_transaction_and_lock",
			"godwit_version",
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
	])("are written again as texts when a file %s, and each migration is done once", async (_, file) => {
		const source = memorySource(filesAround(file));
		await using migrate = new Migrate({ source, driver: await open() });
		expect((await migrate.up()).applied).toHaveLength(6);
		expect(await migrate.version()).toEqual({ version: 6n, dirty: false });
		expect(await rows("SELECT a FROM t ORDER BY a")).toEqual([2, 3, 4, 5, 6]);
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
