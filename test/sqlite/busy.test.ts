import { type Driver, type Migrate, type MigrateEvent, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, native, node } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

describe.each(backends)("another connection's transaction, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups("CREATE TABLE t (a);"));
	});

	afterEach(() => db[Symbol.dispose]());

	it("is waited for", async () => {
		await using driver = await db.open("x-busy-timeout=1h");
		using other = backend.connect(db.path);
		other.exec("BEGIN EXCLUSIVE; INSERT INTO t VALUES (1);");
		let done = false;
		const applied = driver.apply?.(textBody("INSERT INTO t VALUES (2)"), { version: 2n, dirty: false }).finally(() => {
			done = true;
		});
		await new Promise((resolve) => setTimeout(resolve, 5));
		expect(done).toBe(false);
		other.exec("COMMIT");
		expect(await applied).toBe("applied");
		expect(await driver.version()).toMatchObject({ version: 2n, dirty: false });
		expect(db.all("SELECT a FROM t ORDER BY a")).toEqual([{ a: 1n }, { a: 2n }]);
	});

	it("is ERR_BUSY when it takes longer than x-busy-timeout, and nothing was done", async () => {
		await using driver = await db.open("x-busy-timeout=1ms");
		using other = backend.connect(db.path);
		other.exec("BEGIN EXCLUSIVE;");
		const { details, message } = await failure("ERR_BUSY", driver.setVersion({ version: 2n, dirty: false }));
		expect(details.waitedMs).toBeGreaterThanOrEqual(1);
		expect(message).toContain("raise x-busy-timeout");
		await failure("ERR_BUSY", driver.version());
		await failure("ERR_BUSY", driver.run(textBody("INSERT INTO t VALUES (2)")));
		await failure("ERR_BUSY", driver.run(textBody("-- godwit: no-transaction\nINSERT INTO t VALUES (2)")));
		await failure("ERR_BUSY", driver.drop());
		other.exec("COMMIT");
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		expect(db.all("SELECT * FROM t")).toEqual([]);
	});

	it("keeps no database from being opened; whoever reads it then waits", async () => {
		using other = backend.connect(db.path);
		other.exec("BEGIN EXCLUSIVE;");
		await using hurried = await db.open("x-busy-timeout=1ms");
		await failure("ERR_BUSY", hurried.version());
		await using driver = await db.open("x-busy-timeout=1h");
		const version = driver.version();
		other.exec("COMMIT");
		expect(await version).toMatchObject({ version: 1n, dirty: false });
	});

	it("keeps the migration lock from being taken, which says so", async () => {
		await using driver = await db.open();
		using other = backend.connect(db.path);
		other.exec("BEGIN IMMEDIATE;");
		const { details } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 1 }));
		expect(details.owner).toMatch(/another connection|app\.db\.lock/);
		other.exec("COMMIT");
		await driver.lock({ timeoutMs: 0 });
		await driver.unlock();
	});
});

// A run of sqlite-wasm keeps everybody out for its length.
// node-sqlite3-wasm does not get over a transaction that begins while a statement of another connection runs.
describe.each([native, node])("another connection's transaction that begins in a body, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups("CREATE TABLE t (a);"));
	});

	afterEach(() => db[Symbol.dispose]());

	it("is not taken for a change of godwit's tables, which the body names", async () => {
		using lent = backend.connect(db.path);
		using other = backend.connect(db.path);
		const held = new Promise<void>((resolve) => {
			lent.define("begin_elsewhere", (value) => {
				other.exec("BEGIN EXCLUSIVE");
				setTimeout(() => {
					other.exec("COMMIT");
					resolve();
				}, 20);
				return value;
			});
		});
		await using driver = lent.withInstance({ busyTimeoutMs: 3_600_000 });
		await driver.run(
			textBody("-- godwit: no-transaction\nSELECT * FROM schema_migrations; SELECT begin_elsewhere(1);"),
		);
		await held;
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
	});
});

describe("another connection's transaction in the midst of a run, on sqlite-native", () => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(native);
		await db.up(ups("CREATE TABLE t (a);"));
	});

	afterEach(() => db[Symbol.dispose]());

	/** Leaves a driver whose lock could not be given back. */
	async function stranded(): Promise<Driver> {
		const driver = await db.open("x-busy-timeout=1ms");
		await driver.lock();
		using other = native.connect(db.path);
		other.exec("BEGIN EXCLUSIVE;");
		await failure("ERR_BUSY", driver.unlock());
		expect(db.files()).toContain("app.db.lock");
		return driver;
	}

	it("keeps the migration lock from being given back, which can be done later", async () => {
		await using driver = await stranded();
		await driver.unlock();
		expect(db.files()).toEqual(["app.db"]);
		await failure("ERR_NOT_LOCKED", driver.unlock());
		await using next = await db.open();
		await next.lock({ timeoutMs: 0 });
	});

	it("keeps the migration lock from being given back, which can be taken again at once", async () => {
		await using driver = await stranded();
		await driver.lock({ timeoutMs: 0 });
		await failure("ERR_LOCKED", driver.lock());
		await driver.setVersion({ version: 2n, dirty: false });
		await driver.unlock();
		expect(db.files()).toEqual(["app.db"]);
	});

	it.each(["version", "close"] as const)(
		"keeps the migration lock from being given back, which goes with the next call: %s",
		async (call) => {
			await using driver = await stranded();
			await driver[call]();
			expect(db.files()).toEqual(["app.db"]);
			expect(db.all("SELECT locked FROM schema_migrations_lock")).toEqual([{ locked: 0n }]);
		},
	);

	it("keeps nobody out once the driver is closed, though it still lasts", async () => {
		const driver = await db.open("x-busy-timeout=1ms");
		await driver.lock();
		using other = native.connect(db.path);
		other.exec("BEGIN EXCLUSIVE;");
		await driver.close();
		other.exec("COMMIT");
		await using next = await db.open();
		await next.lock({ timeoutMs: 0 });
	});

	it("takes nobody the report of what was done: the event says that the lock was not given back", async () => {
		using other = native.connect(db.path);
		const events: MigrateEvent[] = [];
		const onEvent = (event: MigrateEvent): void => {
			events.push(event);
			if (event.type === "end") other.exec("BEGIN EXCLUSIVE");
		};
		const files = ups("CREATE TABLE t (a);", "CREATE TABLE u (a);");
		const work = async (migrate: Migrate): Promise<void> => {
			expect(await migrate.up()).toMatchObject({ from: 1n, to: 2n, applied: [{ version: 2n }] });
			other.exec("COMMIT");
		};
		await db.migrate(files, work, { url: "x-busy-timeout=1ms", onEvent });
		expect(events.map(({ type }) => type)).toEqual(["locked", "start", "progress", "end", "unlock-failed"]);
		expect(events.at(-1)).toMatchObject({ error: { code: "ERR_BUSY" } });
		expect(db.files()).toEqual(["app.db"]);
	});

	it("is not cured by waiting for a body that began as a reader, with x-tx-mode=deferred", async () => {
		await using driver = await db.open("x-tx-mode=deferred");
		using other = native.connect(db.path);
		other.exec("BEGIN IMMEDIATE;");
		const error = await failure("ERR_BUSY", driver.setVersion({ version: 2n, dirty: false }));
		expect(error.message).toContain("x-tx-mode=immediate");
		other.exec("COMMIT");
	});
});

describe("a reader, on sqlite-native", () => {
	it("keeps a commit waiting, which goes on once the reader is done", async () => {
		using db = createTestDatabase(native);
		await db.up(ups("CREATE TABLE t (a); INSERT INTO t VALUES (1);"));
		await using driver = await db.open("x-busy-timeout=1h");
		using reader = native.connect(db.path);
		reader.exec("BEGIN");
		expect(reader.all("SELECT a FROM t")).toEqual([{ a: 1n }]);
		let done = false;
		const written = driver.setVersion({ version: 2n, dirty: true }).finally(() => {
			done = true;
		});
		await new Promise((resolve) => setTimeout(resolve, 5));
		expect(done).toBe(false);
		reader.exec("COMMIT");
		await written;
		expect(await driver.version()).toMatchObject({ version: 2n, dirty: true });
	});

	it("in WAL mode keeps nobody waiting", async () => {
		using db = createTestDatabase(native);
		const first = "CREATE TABLE t (a);";
		await db.up(ups(first), { url: "x-journal-mode=wal" });
		expect(db.all("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
		using reader = native.connect(db.path);
		reader.exec("BEGIN");
		expect(reader.all("SELECT a FROM t")).toEqual([]);
		await db.up(ups(first, "INSERT INTO t VALUES (1);"), { url: "x-busy-timeout=0" });
		reader.exec("COMMIT");
		expect(reader.all("SELECT a FROM t")).toEqual([{ a: 1n }]);
	});
});
