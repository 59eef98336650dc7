import { mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, wasm } from "./backends.ts";
import { otherProcess } from "./other-process.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

describe.each(backends)("breakLocks on $name", (backend) => {
	let db: TestDatabase;
	let asked: string[];

	beforeEach(async () => {
		db = createTestDatabase(backend);
		asked = [];
		await db.up(ups("CREATE TABLE t (a);"));
	});

	afterEach(() => db[Symbol.dispose]());

	function breakLocks(answer: boolean): Promise<number> {
		return backend.factory.breakLocks(db.url(), async (holder) => {
			asked.push(holder);
			return answer;
		});
	}

	it("asks nothing and clears nothing where there is no lock", async () => {
		expect(await breakLocks(true)).toBe(0);
		expect(await backend.factory.breakLocks(`${backend.name}://:memory:`, async () => true)).toBe(0);
		expect(asked).toEqual([]);
	});

	it.runIf(backend !== wasm)(
		"clears the migration lock of a living process once a person has seen whose it is; the holder finds out",
		async () => {
			await using other = await otherProcess(db.url());
			expect(await other.tell("lock")).toEqual({ done: true });
			expect(await breakLocks(false)).toBe(0);
			await using driver = await db.open();
			await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
			expect(await breakLocks(true)).toBe(1);
			const holder = `the migration lock is held by process ${other.pid} on host ${hostname()}, which is running`;
			expect(asked).toEqual([holder, holder]);
			await driver.lock({ timeoutMs: 0 });
			expect(await other.tell({ run: "DROP TABLE t" })).toMatchObject({ code: "ERR_LOCK_LOST" });
			expect(db.schema()).toHaveLength(1);
		},
	);

	it.runIf(backend === wasm)("does not clear the lock of a process that is seen at work, and asks nobody", async () => {
		await using other = await otherProcess(db.url());
		expect(await other.tell("lock")).toEqual({ done: true });
		const { message } = await failure("ERR_LOCK_TIMEOUT", breakLocks(true));
		const holder = `${db.path}.lock is held by process ${other.pid} on host ${hostname()}`;
		expect(message).toBe(
			`${holder}; it runs, so its lock cannot be cleared: end that process, and the lock goes with it`,
		);
		expect(asked).toEqual([]);
		expect(await other.tell({ run: "DROP TABLE t" })).toEqual({ done: true });
		expect(await other.tell("unlock")).toEqual({ done: true });
	});

	it.runIf(backend === wasm)("lets nobody take the lock while the person is asked", async () => {
		await using first = await db.open();
		await using second = await db.open();
		await first.lock();
		await first.run(
			textBody(
				"-- godwit: no-transaction\nUPDATE schema_migrations_lock SET owner = 'somebody on another host', expires_at = NULL",
			),
		);
		await failure("ERR_LOCK_LOST", first.unlock());
		const cleared = backend.factory.breakLocks(db.url(), async (holder) => {
			asked.push(holder);
			await failure("ERR_LOCK_TIMEOUT", second.lock({ timeoutMs: 0 }));
			return true;
		});
		expect(await cleared).toBe(1);
		expect(asked).toEqual([
			"the migration lock is held by somebody on another host, which cannot be checked from here",
		]);
		await second.lock({ timeoutMs: 0 });
		await second.unlock();
	});

	it.runIf(backend !== wasm)("leaves a lock alone that has changed hands while the person was asked", async () => {
		await using first = await db.open();
		await using second = await db.open();
		await first.lock();
		db.exec("UPDATE schema_migrations_lock SET owner = 'somebody on another host'");
		const cleared = backend.factory.breakLocks(db.url(), async () => {
			db.exec("UPDATE schema_migrations_lock SET locked = FALSE");
			await second.lock();
			return true;
		});
		expect(await cleared).toBe(0);
		await second.setVersion({ version: 2n, dirty: false });
		await second.unlock();
		await failure("ERR_LOCK_LOST", first.unlock());
	});

	it("clears the lock beside the file that another program left", async () => {
		mkdirSync(`${db.path}.lock`);
		await using driver = await db.open("x-busy-timeout=1ms");
		const busy = await failure("ERR_BUSY", driver.version());
		expect(busy.message).toContain('clear it with "godwit unlock"');
		expect(await breakLocks(false)).toBe(0);
		expect(await breakLocks(true)).toBe(1);
		expect(asked[1]).toContain("app.db.lock was made");
		expect(db.files()).toEqual(["app.db"]);
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it("clears the lock beside the file of a process that cannot be checked from here", async () => {
		await using holder = await wasm.factory.open(`sqlite-wasm://${db.path}`);
		await holder.lock();
		const here = readlinkSync(`${db.path}.lock`);
		await holder.unlock();
		symlinkSync(here.replace(/ [^ ~]+~/, " elsewhere~"), `${db.path}.lock`);
		await using driver = await db.open();
		const { message } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		const shown = `${db.path}.lock is held by process ${process.pid} on host elsewhere, which cannot be checked from here; if it is gone, clear the lock with "godwit unlock"`;
		expect(message).toContain(shown);
		expect(await breakLocks(false)).toBe(0);
		await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		expect(await breakLocks(true)).toBe(1);
		expect(asked).toEqual([shown, shown]);
		expect(db.files()).toEqual(["app.db"]);
		await driver.lock({ timeoutMs: 0 });
	});

	it("says so when the database cannot be opened", async () => {
		db.exec("DROP TABLE schema_migrations_lock; CREATE TABLE schema_migrations_lock (id)");
		const error = await failure("ERR_DATABASE", breakLocks(true));
		expect(error.message).toContain("schema_migrations_lock, in which godwit keeps its lock, is not godwit's");
		expect(error.cause).toMatchObject({ message: expect.stringContaining("no such column") });
		await failure(
			"ERR_DATABASE",
			backend.factory.breakLocks(`${backend.name}://${db.path}/x/app.db`, async () => true),
		);
	});
});
