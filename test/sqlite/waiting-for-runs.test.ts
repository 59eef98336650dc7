import { type Driver, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { native } from "./backends.ts";
import { type OtherProcess, otherProcess } from "./other-process.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

/** More rows than the cache holds: SQLite then has its exclusive lock before the commit, and keeps readers out too. */
const LARGE = `PRAGMA cache_size = 2;
INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT printf('%.*c', 500, 'x') FROM n;`;

const SMALL = "INSERT INTO t VALUES (1);";

const READS: readonly (readonly [string, (driver: Driver) => Promise<unknown> | undefined])[] = [
	["version", (driver) => driver.version()],
	["history", (driver) => driver.history?.read({})],
];

const WRITES: typeof READS = [
	["setVersion", (driver) => driver.setVersion({ version: 2n, dirty: false })],
	["run", (driver) => driver.run(textBody("INSERT INTO t VALUES (2)"))],
	[
		"run outside a transaction",
		(driver) => driver.run(textBody("-- godwit: no-transaction\nINSERT INTO t VALUES (2)")),
	],
	["apply", (driver) => driver.apply?.(textBody("INSERT INTO t VALUES (2)"), { version: 2n, dirty: false })],
	["drop", (driver) => driver.drop()],
	["lock", (driver) => driver.lock()],
];

/** What SQLite's own locks keep apart, and godwit's do not: two runs on the native library. */
describe.runIf(process.platform === "linux")("the transaction of another native run", () => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(native);
		await db.up(ups("CREATE TABLE t (a);"), { url: "x-history=hash" });
	});

	afterEach(() => db[Symbol.dispose]());

	function holder(options = ""): Promise<OtherProcess> {
		return otherProcess(db.url(`x-synchronous=off&${options}`));
	}

	async function expectNamed(pid: number, call: Promise<unknown> | undefined): Promise<void> {
		const { details, message } = await failure("ERR_LOCK_TIMEOUT", call ?? Promise.resolve());
		expect(details.owner).toContain(`app.db.lock is held by process ${pid} on host `);
		expect(message).toMatch(/waited \d+ ms\. Try again, or raise the lock timeout$/);
	}

	it.each([...READS, ...WRITES])("counts against the lock timeout and is named: a large one, %s", async (_, call) => {
		await using other = await holder();
		await other.tell({ begin: LARGE });
		await using driver = await db.open("x-history=hash&x-busy-timeout=0&x-lock-timeout=20ms");
		await expectNamed(other.pid, call(driver));
		await other.tell("commit");
		await call(driver);
	});

	it.each(WRITES)("counts against the lock timeout and is named: a small one, %s", async (_, call) => {
		await using other = await holder();
		await other.tell({ begin: SMALL });
		await using driver = await db.open("x-history=hash&x-busy-timeout=0&x-lock-timeout=20ms");
		await expectNamed(other.pid, call(driver));
		await other.tell("commit");
		await call(driver);
	});

	it.each(WRITES)("counts against the lock timeout and is named: with a write-ahead log, %s", async (_, call) => {
		await db.up(ups("CREATE TABLE t (a);", "SELECT 1;"), { url: "x-journal-mode=wal" });
		await using other = await holder();
		await other.tell({ begin: LARGE });
		await using driver = await db.open("x-history=hash&x-busy-timeout=0&x-lock-timeout=20ms");
		await expectNamed(other.pid, call(driver));
		await other.tell("commit");
		await call(driver);
	});

	it("is waited for, however short the busy timeout is", async () => {
		await using other = await holder();
		await other.tell({ begin: LARGE });
		await using driver = await db.open("x-history=hash&x-busy-timeout=0&x-lock-timeout=1h");
		const version = driver.version();
		await other.tell("commit");
		expect(await version).toMatchObject({ version: 1n, dirty: false });
	});

	it("is waited for in the midst of a run too, on another migration table, and as the lock is given back", async () => {
		await using other = await holder();
		await using driver = await db.open("x-migrations-table=others&x-history=hash&x-busy-timeout=0&x-lock-timeout=20ms");
		await driver.lock();
		await other.tell({ begin: LARGE });
		await expectNamed(other.pid, driver.setVersion({ version: 1n, dirty: false }));
		await expectNamed(other.pid, driver.unlock());
		await other.tell("commit");
		await driver.unlock();
		await driver.lock();
		await other.tell({ begin: LARGE });
		await driver.close();
	});

	it("is not named for an application's, which counts against the busy timeout though the run lives", async () => {
		await using other = await holder("x-migrations-table=others");
		await other.tell("lock");
		using application = native.connect(db.path);
		application.exec("BEGIN EXCLUSIVE");
		await using driver = await db.open("x-history=hash&x-busy-timeout=1ms&x-lock-timeout=1h");
		for (const [, call] of [...READS, ...WRITES.slice(0, 5)]) {
			const { message } = await failure("ERR_BUSY", call(driver) ?? Promise.resolve());
			expect(message).toContain("another connection's transaction is in the way");
		}
		application.exec("COMMIT");
	});

	it("is not named for an application's reader, which keeps a commit waiting", async () => {
		await using other = await holder("x-migrations-table=others");
		await other.tell("lock");
		using application = native.connect(db.path);
		application.exec("BEGIN; SELECT * FROM t;");
		await using driver = await db.open("x-history=hash&x-busy-timeout=1ms&x-lock-timeout=1h");
		await failure("ERR_BUSY", driver.setVersion({ version: 2n, dirty: false }));
		application.exec("COMMIT");
		await driver.setVersion({ version: 2n, dirty: false });
	});
});

describe("an application's transaction", () => {
	it("keeps no attempt to take the migration lock waiting for longer than the lock timeout", async () => {
		using db = createTestDatabase(native);
		await db.up(ups("CREATE TABLE t (a);"));
		await using driver = await db.open("x-busy-timeout=1h");
		using application = native.connect(db.path);
		application.exec("BEGIN EXCLUSIVE");
		const { details } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 1 }));
		expect(details.owner).toBe("a transaction of another connection");
		application.exec("COMMIT");
		await driver.lock({ timeoutMs: 0 });
	});
});
