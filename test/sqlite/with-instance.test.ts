import { Migrate, MigrateError, memorySource, migrationBody, textBody } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, type Connection, native } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase } from "./test-database.ts";

/** A caller's settings, none of them SQLite's default. */
const THEIRS = {
	busy_timeout: 1234n,
	cache_size: 77n,
	foreign_keys: 1n,
	legacy_alter_table: 1n,
	recursive_triggers: 1n,
	secure_delete: 2n,
	synchronous: 1n,
};

describe.each(backends)("withInstance on $name", (backend) => {
	let db: TestDatabase;
	let connection: Connection;

	beforeEach(() => {
		db = createTestDatabase(backend);
		connection = backend.connect(db.path);
		for (const [name, value] of Object.entries(THEIRS)) {
			connection.exec(`PRAGMA ${name} = ${name === "secure_delete" ? "fast" : value}`);
		}
	});

	afterEach(() => {
		connection.close();
		db[Symbol.dispose]();
	});

	function settings(): Readonly<Record<string, unknown>> {
		return Object.fromEntries(
			Object.keys(THEIRS).map((name) => [name, Object.values(connection.all(`PRAGMA ${name}`)[0] ?? {})[0]]),
		);
	}

	it("runs migrations that use the caller's SQL functions", async () => {
		connection.define("slug", (text) => text.toLowerCase().replaceAll(" ", "-"));
		await using driver = connection.withInstance();
		await driver.apply?.(textBody("CREATE TABLE t (a); INSERT INTO t VALUES (slug('Bar Tailed Godwit'));"), {
			version: 1n,
			dirty: false,
		});
		expect(connection.all("SELECT a FROM t")).toEqual([{ a: "bar-tailed-godwit" }]);
	});

	it("places what a function of the caller's throws", async () => {
		connection.define("boom", () => {
			throw new Error("no such bird");
		});
		await using driver = connection.withInstance();
		const error = await failure("ERR_SQL", driver.run(textBody("CREATE TABLE t (a);\nSELECT boom('x');")));
		expect(error.details).toMatchObject({ sql: "SELECT boom('x');", line: 2, column: 1 });
		expect(error.message).toContain("no such bird");
		expect(connection.all("SELECT name FROM sqlite_schema")).toEqual([]);
	});

	it("reads the caller's settings, and puts them back, without the file, which another connection may have to itself", async () => {
		connection.exec("CREATE TABLE t (a)");
		await using driver = connection.withInstance({ busyTimeoutMs: 0 });
		using other = backend.connect(db.path);
		other.exec("BEGIN EXCLUSIVE");
		await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		other.exec("COMMIT");
		expect(settings()).toEqual(THEIRS);
	});

	it("keeps the journal mode that it was asked for", async () => {
		await using driver = connection.withInstance({ journalMode: "truncate" });
		await driver.lock();
		await driver.run(textBody("PRAGMA cache_size = 10;"));
		expect(connection.all("PRAGMA journal_mode")).toEqual([{ journal_mode: "truncate" }]);
	});

	it("leaves the database open when it is closed, and its lock is given back", async () => {
		const driver = connection.withInstance();
		await driver.lock();
		await driver.close();
		await failure("ERR_CLOSED", driver.version());
		connection.exec("CREATE TABLE t (a)");
		await using again = connection.withInstance();
		await again.lock({ timeoutMs: 0 });
		await again.unlock();
	});

	it("leaves the caller's settings as they were after every call", async () => {
		expect(settings()).toEqual(THEIRS);
		await using driver = connection.withInstance({ synchronous: "off" });
		const calls: readonly (() => Promise<unknown>)[] = [
			() => driver.version(),
			() => driver.lock(),
			() => driver.setVersion({ version: 1n, dirty: false }),
			() => driver.run(textBody("PRAGMA cache_size=5; CREATE TABLE t (a);")),
			() => driver.run(textBody("-- godwit: no-transaction\nPRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF;")),
			async () =>
				driver.apply?.(textBody("PRAGMA recursive_triggers=OFF; PRAGMA secure_delete=ON"), {
					version: 2n,
					dirty: false,
				}),
			async () => driver.transaction?.({ version: 3n, dirty: false }, async () => {}),
			() => driver.drop(),
			() => driver.unlock(),
		];
		for (const call of calls) {
			await call();
			expect(settings()).toEqual(THEIRS);
		}
	});

	it("leaves them as they were after every failure", async () => {
		await using driver = connection.withInstance({ busyTimeoutMs: 0 });
		await failure("ERR_NOT_LOCKED", driver.unlock());
		await failure("ERR_SQL", driver.run(textBody("PRAGMA cache_size=5; PRAGMA legacy_alter_table=OFF; nonsense")));
		expect(settings()).toEqual(THEIRS);
		const gone = new Error("gone");
		await expect(driver.transaction?.({ version: 1n, dirty: false }, () => Promise.reject(gone))).rejects.toBe(gone);
		await expect(
			driver.transaction?.({ version: 1n, dirty: false }, () => Promise.reject(undefined)),
		).rejects.toBeUndefined();
		expect(settings()).toEqual(THEIRS);
		using other = backend.connect(db.path);
		other.exec("BEGIN EXCLUSIVE");
		await failure("ERR_BUSY", driver.setVersion({ version: 1n, dirty: false }));
		other.exec("ROLLBACK");
		expect(settings()).toEqual(THEIRS);
	});

	it("takes over settings that the caller changes between two calls", async () => {
		await using driver = connection.withInstance();
		await driver.version();
		connection.exec("PRAGMA cache_size = 99; PRAGMA busy_timeout = 5; PRAGMA foreign_keys = OFF");
		await driver.setVersion({ version: 1n, dirty: false });
		expect(settings()).toEqual({ ...THEIRS, cache_size: 99n, busy_timeout: 5n, foreign_keys: 0n });
	});

	it("keeps ON DELETE CASCADE children of a rebuilt table, though the caller enforces foreign keys", async () => {
		connection.exec("CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);");
		connection.exec("CREATE TABLE c (p REFERENCES p ON DELETE CASCADE); INSERT INTO c VALUES (1);");
		await using driver = connection.withInstance();
		await driver.run(textBody("CREATE TABLE q (id INTEGER PRIMARY KEY); DROP TABLE p; ALTER TABLE q RENAME TO p;"));
		expect(connection.all("SELECT p FROM c")).toEqual([{ p: 1n }]);
	});

	it("refuses to work inside a transaction of the caller's, and leaves it alone", async () => {
		await using driver = connection.withInstance();
		connection.exec("BEGIN; CREATE TABLE t (a);");
		const error = await failure("ERR_DATABASE", driver.setVersion({ version: 1n, dirty: false }));
		expect(error.message).toBe(
			"the database is inside a transaction of the application's; commit it or roll it back first",
		);
		await failure("ERR_DATABASE", driver.run(textBody("-- godwit: no-transaction\nSELECT 1")));
		connection.exec("COMMIT");
		await driver.setVersion({ version: 1n, dirty: false });
		expect(connection.all("SELECT name FROM sqlite_schema WHERE name = 't'")).toHaveLength(1);
	});

	it("runs bodies in one transaction", async () => {
		await using driver = connection.withInstance();
		await driver.transaction?.({ version: 2n, dirty: true }, async ({ run }) => {
			await run(textBody("CREATE TABLE t (a);"));
		});
		expect(await driver.version()).toMatchObject({ version: 2n, dirty: true });
		const error = new MigrateError("ERR_DIRTY", "as if", { version: 2n });
		const rejecting = driver.transaction?.({ version: 3n, dirty: false }, async ({ run }) => {
			await run(textBody("INSERT INTO t VALUES (1);"));
			throw error;
		});
		await expect(rejecting).rejects.toBe(error);
		expect(await driver.version()).toMatchObject({ version: 2n, dirty: true });
		expect(connection.all("SELECT a FROM t")).toEqual([]);
	});

	it("works on a database in memory", async () => {
		using memory = backend.connect(":memory:");
		await using driver = memory.withInstance();
		await driver.lock();
		await driver.apply?.(textBody("CREATE TABLE t (a)"), { version: 1n, dirty: false });
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		await driver.unlock();
		await driver.drop();
		expect(memory.all("SELECT name FROM sqlite_schema WHERE name = 't'")).toEqual([]);
	});

	it("says what to do about a connection that the application has closed", async () => {
		const driver = connection.withInstance();
		connection.close();
		const message = "the database is closed; open it again, and make a driver of the new connection";
		for (const call of [() => driver.version(), () => driver.lock(), () => driver.run(textBody("SELECT 1"))]) {
			expect((await failure("ERR_DATABASE", call())).message).toBe(message);
		}
		await driver.close();
		expect(() => connection.withInstance()).toThrow(message);
	});

	it.each(["each", "all"] as const)(
		"fails when it is closed in the midst of a run (transaction: %s)",
		async (transaction) => {
			const driver = connection.withInstance();
			const source = memorySource({ "1_a.up.sql": "CREATE TABLE a (x)", "2_b.up.sql": "CREATE TABLE b (x)" });
			const migrate = new Migrate({
				source,
				driver,
				transaction,
				onEvent: (event) => void (event.type === "start" && event.index === 1 && connection.close()),
			});
			const { failed } = await failedMigration("ERR_DATABASE", migrate.up());
			expect(failed.details.location).toBe("2_b.up.sql");
			await migrate.close();
			expect(db.schema()).toHaveLength(transaction === "each" ? 1 : 0);
		},
	);

	it("refuses an option that does not exist", () => {
		const misspelt: Readonly<Record<string, unknown>> = { migrationTable: "m" };
		expect(() => connection.withInstance(misspelt)).toThrow("did you mean migrationsTable?");
	});
});

it("says what to do about a query of the application's that is not finished", async () => {
	using db = createTestDatabase(native);
	const database = new BetterSqlite3(db.path);
	database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
	const driver = sqliteNative.withInstance(database);
	const rows = database.prepare("SELECT a FROM t").iterate();
	rows.next();
	const message =
		"the database is in use by a query of the application's that is not finished; read it to its end, or end its iterator with return(), and try again";
	for (const call of [() => driver.version(), () => driver.lock(), () => driver.run(textBody("SELECT 1"))]) {
		// Nothing was tried, so that there is no cause.
		expect(await failure("ERR_DATABASE", call())).toMatchObject({ message, cause: undefined, suppressed: [] });
	}
	rows.return?.();
	expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
	let opened: IterableIterator<unknown> | undefined;
	const body = migrationBody(async function* () {
		opened = database.prepare("SELECT a FROM t").iterate();
		opened.next();
		yield new TextEncoder().encode("SELECT 1");
	});
	await failure("ERR_DATABASE", driver.run(body));
	opened?.return?.();
	await driver.close();
	database.close();
});

it("leaves databases that the application has attached in their journal mode", async () => {
	using db = createTestDatabase(native);
	using connection = native.connect(db.path);
	connection.exec(`ATTACH '${db.path}.other' AS other; CREATE TABLE other.t (a)`);
	const driver = connection.withInstance({ journalMode: "wal" });
	await driver.lock();
	await driver.unlock();
	expect(connection.all("PRAGMA main.journal_mode")).toEqual([{ journal_mode: "wal" }]);
	expect(connection.all("PRAGMA other.journal_mode")).toEqual([{ journal_mode: "delete" }]);
});

it.each([
	["is busy for a moment", 5000],
	["stays busy", 0],
])("gives the caller's settings back when the database %s between two of them", async (_, busyTimeoutMs) => {
	using db = createTestDatabase(native);
	const database = new BetterSqlite3(db.path);
	database.exec("CREATE TABLE t (a); PRAGMA busy_timeout = 7777; PRAGMA foreign_keys = ON");
	const { prepare } = database;
	let made = 0;
	database.prepare = ((sql: string) => {
		if (sql === "PRAGMA foreign_keys = 0" && made++ === 0) {
			throw new BetterSqlite3.SqliteError("database is locked", "SQLITE_BUSY");
		}
		return prepare.call(database, sql);
	}) as typeof prepare;
	const driver = sqliteNative.withInstance(database, { busyTimeoutMs });
	// Without time to wait they stay ours until the next call.
	if (busyTimeoutMs === 0) await failure("ERR_BUSY", driver.version());
	expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
	expect(made).toBeGreaterThan(0);
	const names = ["busy_timeout", "foreign_keys"];
	expect(names.map((name) => database.pragma(name, { simple: true }))).toEqual([7777, 1]);
	database.close();
});
