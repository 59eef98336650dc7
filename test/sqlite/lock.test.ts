import { hostname } from "node:os";
import { type Driver, NIL_VERSION, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, native } from "./backends.ts";
import { otherProcess } from "./other-process.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

const HOUR_MS = 3_600_000;
const NIL = { version: NIL_VERSION, dirty: false };
const at = (offsetMs: number): string => new Date(Date.now() + offsetMs).toISOString();

describe.each(backends)("the migration lock on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	/** Changes the lock through its holder, who keeps everybody else out of the file; in a transaction it would be refused. */
	function changeLock(driver: Driver, change: string): Promise<void> {
		return driver.run(textBody(`-- godwit: no-transaction\nUPDATE schema_migrations_lock SET ${change}`));
	}

	/** Rewrites the owner of the lock as one on another host. */
	const onHost = (host: string, expiresAt: string) =>
		`owner = '${host}' || substr(owner, instr(owner, '~')), expires_at = '${expiresAt}'`;

	/** Leaves a lock that somebody else holds. */
	async function leaveLock(change: string): Promise<void> {
		await using driver = await db.open();
		await driver.lock();
		await changeLock(driver, change);
		await failure("ERR_LOCK_LOST", driver.unlock());
	}

	it("keeps another process out, and says which one holds it", async () => {
		await using other = await otherProcess(db.url());
		expect(await other.tell("lock")).toEqual({ done: true });
		await using driver = await db.open();
		const { details, message } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 20 }));
		// On sqlite-wasm nobody reads the row while somebody has the file.
		const holder = `process ${other.pid} on host ${hostname()}`;
		expect([holder, `${db.path}.lock is held by ${holder}`]).toContain(details.owner);
		expect(details.waitedMs).toBeGreaterThanOrEqual(20);
		expect(message).toMatch(/: (the migration lock|\S+app\.db\.lock) is held by process \d+ on host /);
		expect(await other.tell("unlock")).toEqual({ done: true });
		await driver.lock({ timeoutMs: 0 });
		expect(await other.tell("unlock")).toMatchObject({ code: "ERR_NOT_LOCKED" });
		await driver.unlock();
	});

	it("waits for as long as x-lock-timeout says", async () => {
		await using other = await otherProcess(db.url("x-synchronous=off&x-lock-timeout=1ms"));
		await using driver = await db.open();
		await driver.lock();
		expect(await other.tell("lock")).toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
	});

	it("is taken over at once from a process that was killed", async () => {
		const other = await otherProcess(db.url());
		expect(await other.tell("lock")).toEqual({ done: true });
		await other.kill();
		await using driver = await db.open();
		await driver.lock({ timeoutMs: 0 });
		await driver.unlock();
	});

	it("is taken over from a dead process however far in the future its lease ends: clocks are set back", async () => {
		const other = await otherProcess(db.url());
		expect(await other.tell("lock")).toEqual({ done: true });
		await other.kill();
		// An application on node-sqlite3-wasm is kept out by what the dead process has left.
		using application = native.connect(db.path);
		application.exec(`UPDATE schema_migrations_lock SET expires_at = '${at(1_000 * HOUR_MS)}'`);
		application.close();
		await using driver = await db.open();
		await driver.lock({ timeoutMs: 0 });
	});

	it("is not taken from a living process of this machine, however long its lease is over", async () => {
		await using other = await otherProcess(db.url());
		expect(await other.tell("lock")).toEqual({ done: true });
		const past = `-- godwit: no-transaction\nUPDATE schema_migrations_lock SET expires_at = '${at(-1_000 * HOUR_MS)}'`;
		expect(await other.tell({ run: past })).toEqual({ done: true });
		await using driver = await db.open();
		await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
	});

	it("of another host holds until its lease is over", async () => {
		const end = at(HOUR_MS);
		await leaveLock(onHost("elsewhere", end));
		await using driver = await db.open();
		const { details } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		const cannotBeChecked = `which cannot be checked from here; its lease ends at ${end}`;
		expect(details.owner).toBe(`process ${process.pid} on host elsewhere, ${cannotBeChecked}`);
		db.exec(`UPDATE schema_migrations_lock SET expires_at = '${at(-1)}'`);
		await driver.lock({ timeoutMs: 0 });
		await driver.unlock();
	});

	it.each([
		["an owner that is no text of ours", `owner = 'somebody'`, "somebody"],
		["an owner that is missing", "owner = NULL", "null"],
	])("of %s holds until its lease is over", async (_, change, owner) => {
		const end = at(HOUR_MS);
		await leaveLock(`${change}, expires_at = '${end}'`);
		await using driver = await db.open();
		const { details } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		expect(details.owner).toBe(`${owner}, which cannot be checked from here; its lease ends at ${end}`);
		db.exec("UPDATE schema_migrations_lock SET expires_at = NULL");
		await driver.lock({ timeoutMs: 0 });
	});

	it("is free when its row is gone", async () => {
		await leaveLock(onHost("elsewhere", at(HOUR_MS)));
		db.exec("DELETE FROM schema_migrations_lock");
		await using driver = await db.open();
		await driver.lock({ timeoutMs: 0 });
	});

	it("lost to somebody else lets nothing more be written", async () => {
		await using driver = await db.open();
		await driver.lock();
		await driver.setVersion({ version: 4n, dirty: false });
		await changeLock(driver, onHost("other", at(HOUR_MS)));
		const lost = await failure(
			"ERR_LOCK_LOST",
			driver.apply?.(textBody("CREATE TABLE t (a)"), { version: 5n, dirty: false }) ?? Promise.resolve(),
		);
		expect(lost.details.owner).toBe(`held by process ${process.pid} on host other`);
		await failure("ERR_LOCK_LOST", driver.setVersion({ version: 5n, dirty: false }));
		await failure("ERR_LOCK_LOST", driver.run(textBody("CREATE TABLE t (a)")));
		await failure("ERR_LOCK_LOST", driver.drop());
		await failure(
			"ERR_LOCK_LOST",
			driver.transaction?.({ version: 5n, dirty: false }, async () => {}) ?? Promise.resolve(),
		);
		expect(await driver.version()).toMatchObject({ version: 4n, dirty: false });
		await failure("ERR_LOCK_LOST", driver.unlock());
		await failure("ERR_NOT_LOCKED", driver.unlock());
		expect(db.schema()).toEqual([]);
	});

	it("lost in the middle of an operation fails the migration, as its cause", async () => {
		const steal = "-- godwit: no-transaction\nUPDATE schema_migrations_lock SET owner = 'another owner';";
		const up = db.up(ups("CREATE TABLE one (a);", steal, "CREATE TABLE three (a);"));
		const { failed, cause } = await failedMigration("ERR_LOCK_LOST", up);
		expect(failed.details).toMatchObject({ version: 2n, dirty: true });
		expect(failed.suppressed).toHaveLength(1);
		expect(cause.message).toContain("held by another owner");
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
		expect(db.schema()).toHaveLength(1);
	});

	it("cannot be given away by a body in a transaction, which is told by its line", async () => {
		const steal = "SELECT 1;\nUPDATE schema_migrations_lock SET owner = 'another owner';";
		const { failed, cause } = await failedMigration("ERR_OWN_TABLES", db.up(ups("CREATE TABLE one (a);", steal)));
		expect(failed.details).toMatchObject({ version: 2n, dirty: false });
		expect(cause.details).toMatchObject({ line: 2, column: 1 });
		expect(cause.cause).toEqual(new TypeError("it writes to the table"));
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it("lost and released since is lost all the same", async () => {
		await using driver = await db.open();
		await driver.lock();
		await changeLock(driver, "locked = FALSE");
		const { details } = await failure("ERR_LOCK_LOST", driver.setVersion({ version: 1n, dirty: false }));
		expect(details.owner).toBe("free");
		await failure("ERR_LOCK_LOST", driver.close());
		await driver.close();
	});

	it("has its lease extended by the transactions of its holder", async () => {
		await using driver = await db.open("x-lock-lease=0");
		await driver.lock();
		await changeLock(driver, "expires_at = '2000-01-01T00:00:00.000Z'");
		await driver.setVersion({ version: 1n, dirty: false });
		expect(db.allOfCopy("SELECT expires_at > '2020-01-01' AS extended FROM schema_migrations_lock")).toEqual([
			{ extended: 1n },
		]);
		await driver.unlock();
		expect(db.all("SELECT locked, owner, expires_at FROM schema_migrations_lock")).toEqual([
			{ locked: 0n, owner: null, expires_at: null },
		]);
	});

	it("has its lease extended by each migration to its whole length", async () => {
		await using driver = await db.open("x-lock-lease=1h");
		await driver.lock();
		await changeLock(driver, `expires_at = '${at(0.9 * HOUR_MS)}'`);
		const whole = at(HOUR_MS);
		await driver.apply?.(textBody("CREATE TABLE one (a);"), { version: 1n, dirty: false, from: NIL, last: false });
		expect(db.allOfCopy(`SELECT expires_at >= '${whole}' AS extended FROM schema_migrations_lock`)).toEqual([
			{ extended: 1n },
		]);
	});

	it("is not taken twice by one instance", async () => {
		await using driver = await db.open();
		await driver.lock();
		await failure("ERR_LOCKED", driver.lock());
		await driver.unlock();
		await failure("ERR_NOT_LOCKED", driver.unlock());
	});

	it("is waited for without blocking the event loop, and taken once it is free", async () => {
		await using holder = await db.open();
		await using driver = await db.open();
		await holder.lock();
		let waiting = true;
		const locked = driver.lock({ timeoutMs: HOUR_MS }).finally(() => {
			waiting = false;
		});
		await new Promise((resolve) => setTimeout(resolve, 5));
		expect(waiting).toBe(true);
		await holder.unlock();
		await locked;
		await driver.unlock();
	});

	it("is not waited for any longer once the signal comes", async () => {
		await using holder = await db.open();
		await using driver = await db.open();
		await holder.lock();
		const controller = new AbortController();
		const locked = driver.lock({ timeoutMs: HOUR_MS, signal: controller.signal });
		setTimeout(() => controller.abort(new Error("enough")), 5);
		await expect(locked).rejects.toThrow("enough");
		await holder.unlock();
		await driver.lock({ timeoutMs: 0 });
	});

	it("is given back by close", async () => {
		const driver = await db.open();
		await driver.lock();
		await driver.close();
		await driver.close();
		await failure("ERR_CLOSED", driver.lock());
		await failure("ERR_CLOSED", driver.version());
		await using next = await db.open();
		await next.lock({ timeoutMs: 0 });
	});

	it("lets one of many takers in at a time", async () => {
		const drivers = await Promise.all(Array.from({ length: 8 }, () => db.open()));
		let inside = 0;
		await Promise.all(
			drivers.map(async (driver) => {
				await driver.lock({ timeoutMs: HOUR_MS });
				inside += 1;
				expect(inside).toBe(1);
				await new Promise((resolve) => setImmediate(resolve));
				inside -= 1;
				await driver.unlock();
			}),
		);
		for (const driver of drivers) await driver.close();
	});
});
