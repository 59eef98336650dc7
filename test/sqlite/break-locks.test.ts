import { mkdirSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createLab, failure, type Lab, ups } from "./lab.ts";
import { otherProcess } from "./other-process.ts";

describe.each(backends)("breakLocks on $name", (backend) => {
	let lab: Lab;
	let asked: string[];

	beforeEach(async () => {
		lab = createLab(backend);
		asked = [];
		await lab.up(ups("CREATE TABLE t (a);"));
	});

	afterEach(() => lab[Symbol.dispose]());

	function breakLocks(answer: boolean): Promise<number> {
		return backend.factory.breakLocks(lab.url(), async (holder) => {
			asked.push(holder);
			return answer;
		});
	}

	it("asks nothing and clears nothing where there is no lock", async () => {
		expect(await breakLocks(true)).toBe(0);
		expect(await backend.factory.breakLocks(`${backend.name}://:memory:`, async () => true)).toBe(0);
		expect(asked).toEqual([]);
	});

	it("clears the migration lock once a person has seen whose it is; the holder finds out", async () => {
		await using other = await otherProcess(lab.url());
		expect(await other.tell("lock")).toEqual({ done: true });
		expect(await breakLocks(false)).toBe(0);
		await using driver = await lab.open();
		await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		expect(await breakLocks(true)).toBe(1);
		const holder = `the migration lock is held by process ${other.pid} on host ${hostname()}`;
		expect(asked).toEqual([holder, holder]);
		await driver.lock({ timeoutMs: 0 });
		expect(await other.tell({ run: "DROP TABLE t" })).toMatchObject({ code: "ERR_LOCK_LOST" });
		expect(lab.schema()).toHaveLength(1);
	});

	it("leaves a lock alone that has changed hands while the person was asked", async () => {
		await using first = await lab.open();
		await using second = await lab.open();
		await first.lock();
		lab.exec("UPDATE schema_migrations_lock SET owner = 'somebody on another host'");
		const cleared = backend.factory.breakLocks(lab.url(), async () => {
			lab.exec("UPDATE schema_migrations_lock SET locked = FALSE");
			await second.lock();
			return true;
		});
		expect(await cleared).toBe(0);
		await second.setVersion(2n, false);
		await second.unlock();
		await failure("ERR_LOCK_LOST", first.unlock());
	});

	it("clears the lock beside the file that another program left", async () => {
		mkdirSync(`${lab.path}.lock`);
		const busy = await failure("ERR_BUSY", lab.open("x-busy-timeout=1ms"));
		expect(busy.message).toContain('clear it with "godwit unlock"');
		expect(await breakLocks(false)).toBe(0);
		expect(await breakLocks(true)).toBe(1);
		expect(asked[1]).toContain("app.db.lock was made");
		expect(lab.files()).toEqual(["app.db"]);
		expect(await lab.version()).toEqual({ version: 1n, dirty: false });
	});

	it("clears the lock beside the file of a process that cannot be checked from here", async () => {
		const owner = { host: "elsewhere", boot: "other", pid: 7, id: "0123456789abcdef" };
		symlinkSync(JSON.stringify(owner), `${lab.path}.lock`);
		const busy = await failure("ERR_BUSY", lab.open("x-busy-timeout=1ms"));
		expect(busy.message).toContain("app.db.lock is held by process 7 on host elsewhere, which cannot be checked");
		expect(await breakLocks(true)).toBe(1);
		expect(lab.files()).toEqual(["app.db"]);
	});

	it("says so when the database cannot be opened", async () => {
		lab.exec("DROP TABLE schema_migrations_lock; CREATE TABLE schema_migrations_lock (id)");
		const error = await failure("ERR_DATABASE", breakLocks(true));
		expect(error.message).toContain("no such column");
		await failure(
			"ERR_DATABASE",
			backend.factory.breakLocks(`${backend.name}://${lab.path}/x/app.db`, async () => true),
		);
	});
});
