import { type Driver, isMigrateError, Migrate, memorySource, textBody } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, type Connection } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase } from "./test-database.ts";

/** A caller's settings that the driver changes while a call runs. */
const CALLER_SETTINGS = "PRAGMA busy_timeout = 1234; PRAGMA foreign_keys = ON";

describe.each(backends)("two drivers over one connection, on $name", (backend) => {
	let db: TestDatabase;
	let connection: Connection;

	beforeEach(() => {
		db = createTestDatabase(backend);
		connection = backend.connect(db.path);
		connection.exec(CALLER_SETTINGS);
	});

	afterEach(() => {
		connection.close();
		db[Symbol.dispose]();
	});

	function settings(): readonly unknown[] {
		const rows = ["busy_timeout", "foreign_keys"].map((name) => connection.all(`PRAGMA ${name}`)[0] ?? {});
		return rows.map((row) => Object.values(row)[0]);
	}

	it("do not meet each other's transactions, and leave the caller's settings as they were", async () => {
		const tables = ["birds", "places", "trips"];
		await Promise.all(
			tables.map(async (table) => {
				const source = memorySource({
					"1_make.up.sql": `CREATE TABLE ${table} (a)`,
					"2_fill.up.sql": `PRAGMA foreign_keys; INSERT INTO ${table} VALUES (1);`,
				});
				const driver = connection.withInstance({ migrationsTable: `of_${table}` });
				await using migrate = new Migrate({ source, driver });
				expect(await migrate.up()).toMatchObject({ to: 2n });
			}),
		);
		for (const table of tables) expect(connection.all(`SELECT a FROM ${table}`)).toEqual([{ a: 1n }]);
		expect(settings()).toEqual([1234n, 1n]);
	});

	it("wait for each other's calls no longer than for another connection, so that none waits for itself", async () => {
		await using first = connection.withInstance({ migrationsTable: "first" });
		await using second = connection.withInstance({ migrationsTable: "second", busyTimeoutMs: 0, lockTimeoutMs: 0 });
		const inUse = "another driver over the same connection is at work";
		await first.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody("CREATE TABLE t (a)"));
			const busy = await failure("ERR_BUSY", second.run(textBody("SELECT 1")));
			expect(busy.message).toContain(inUse);
			expect((await failure("ERR_LOCK_TIMEOUT", second.lock())).message).toContain(inUse);
			expect((await failure("ERR_LOCK_TIMEOUT", second.version())).message).toContain(inUse);
		});
		expect(await first.version()).toMatchObject({ version: 1n, dirty: false });
		await second.lock();
		await second.setVersion({ version: 7n, dirty: false });
		expect(await second.version()).toMatchObject({ version: 7n, dirty: false });
		expect(settings()).toEqual([1234n, 1n]);
	});

	it("keep each other out where they have the same table", async () => {
		await using first = connection.withInstance();
		await using second = connection.withInstance();
		await first.lock();
		await failure("ERR_LOCK_TIMEOUT", second.lock({ timeoutMs: 0 }));
		await first.unlock();
		await second.lock({ timeoutMs: 0 });
	});

	it("close while another one is in a transaction", async () => {
		await using first = connection.withInstance({ migrationsTable: "first" });
		const second = connection.withInstance({ migrationsTable: "second", busyTimeoutMs: 0 });
		await first.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody("CREATE TABLE t (a)"));
			await second.close();
			await run(textBody("INSERT INTO t VALUES (1)"));
		});
		expect(connection.all("SELECT a FROM t")).toEqual([{ a: 1n }]);
		expect(await first.version()).toMatchObject({ version: 1n, dirty: false });
	});
});

describe("what one driver over a connection could not put back", () => {
	/** A driver whose calls fail to put `foreign_keys` back while the database is busy. */
	function failing(database: BetterSqlite3.Database, state: { readonly busy: boolean }): Driver {
		const { prepare } = database;
		database.prepare = ((sql: string) => {
			if (sql === "PRAGMA foreign_keys = 1" && state.busy) {
				throw new BetterSqlite3.SqliteError("database is locked", "SQLITE_BUSY");
			}
			return prepare.call(database, sql);
		}) as typeof prepare;
		return sqliteNative.withInstance(database, { busyTimeoutMs: 0 });
	}

	it("is put back by another one's call", async () => {
		using db = createTestDatabase(backends[0] ?? expect.unreachable());
		const database = new BetterSqlite3(db.path);
		database.exec(`CREATE TABLE t (a); ${CALLER_SETTINGS}; PRAGMA synchronous = OFF; PRAGMA cache_size = 77`);
		const state = { busy: true };
		const first = failing(database, state);
		const second = sqliteNative.withInstance(database, { synchronous: "full", migrationsTable: "other" });
		const body = textBody("PRAGMA cache_size = 5; CREATE TEMP TABLE made (a)");
		await expect(first.run(body)).rejects.toSatisfy((error) => isMigrateError(error, "ERR_BUSY"));
		expect(database.pragma("foreign_keys", { simple: true })).toBe(0);
		state.busy = false;
		await second.setVersion({ version: 1n, dirty: false });
		const names = ["busy_timeout", "foreign_keys", "synchronous", "cache_size"];
		expect(names.map((name) => database.pragma(name, { simple: true }))).toEqual([1234, 1, 0, 77]);
		expect(database.prepare("SELECT name FROM sqlite_temp_schema").all()).toEqual([]);
		await first.close();
		await second.close();
		database.close();
	});
});
