import { readFileSync, unlinkSync } from "node:fs";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { native, wasm } from "./backends.ts";
import { otherProcess } from "./other-process.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

const FIRST = "CREATE TABLE t (a INTEGER PRIMARY KEY);";

describe.runIf(process.platform === "linux")("sqlite-native and sqlite-wasm on one file at one time", () => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(native);
		await db.up(ups(FIRST));
	});

	afterEach(() => db[Symbol.dispose]());

	const url = (scheme: string, options: string) => `${scheme}://${db.path}?x-synchronous=off&${options}`;

	it.each([
		[native, wasm],
		[wasm, native],
	])("see one migration lock, the row: $name holds it", async (holder, waiter) => {
		await using other = await otherProcess(url(holder.name, ""));
		await using driver = await waiter.factory.open(url(waiter.name, ""));
		await other.tell("lock");
		const { details } = await failure("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
		expect(details.owner).toContain(`process ${other.pid} `);
		await other.tell("unlock");
		await driver.lock({ timeoutMs: 0 });
	});

	it("keep out of each other's transactions: native writes", async () => {
		await using other = await otherProcess(url("sqlite-native", ""));
		await other.tell({ begin: "INSERT INTO t VALUES (1);" });
		await using driver = await wasm.factory.open(url("sqlite-wasm", "x-busy-timeout=0&x-lock-timeout=1ms"));
		for (const call of [
			() => driver.version(),
			() => driver.run(textBody("INSERT INTO t VALUES (2)")),
			() => driver.lock({ timeoutMs: 1 }),
		]) {
			const { details } = await failure("ERR_LOCK_TIMEOUT", call());
			expect(details.owner).toContain(`app.db.lock is held by process ${other.pid} `);
		}
		await other.tell("commit");
		await driver.run(textBody("INSERT INTO t VALUES (2)"));
		await driver.close();
		expect(db.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 2n }]);
	});

	it("keep out of each other's transactions: WebAssembly writes", async () => {
		await using other = await otherProcess(url("sqlite-wasm", ""));
		await using driver = await native.factory.open(url("sqlite-native", "x-busy-timeout=0&x-lock-timeout=1ms"));
		await other.tell({ begin: "INSERT INTO t VALUES (1);" });
		for (const call of [
			() => driver.version(),
			() => driver.run(textBody("INSERT INTO t VALUES (2)")),
			() => driver.run(textBody("-- godwit: no-transaction\nINSERT INTO t VALUES (2)")),
			() => driver.lock({ timeoutMs: 1 }),
		]) {
			const { details } = await failure("ERR_LOCK_TIMEOUT", call());
			expect(details.owner).toContain(`app.db.lock is held by process ${other.pid} `);
		}
		await other.tell("commit");
		await driver.run(textBody("INSERT INTO t VALUES (2)"));
		await driver.close();
		expect(db.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 2n }]);
	});

	it("do not share a database in WAL mode, unless told that nothing else uses it", async () => {
		await db.up(ups(FIRST, "INSERT INTO t VALUES (1);"), { url: "x-journal-mode=wal" });
		const bytes = readFileSync(db.path);
		const { message } = await failure("ERR_DATABASE", wasm.factory.open(url("sqlite-wasm", "")));
		expect(message).toContain("app.db is in WAL mode");
		expect(message).toContain("migrate it with sqlite-native:// or sqlite-node://, or with x-wal=alone");
		expect(readFileSync(db.path)).toEqual(bytes);
		expect(db.files()).toEqual(["app.db"]);
		await using driver = await wasm.factory.open(url("sqlite-wasm", "x-wal=alone"));
		expect(await driver.version()).toMatchObject({ version: 2n, dirty: false });
		await driver.apply?.(textBody("INSERT INTO t VALUES (2)"), { version: 3n, dirty: false });
		await driver.close();
		expect(db.all("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
		expect(db.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 2n }]);
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	it("write nothing when the lock beside the file was removed by hand meanwhile", async () => {
		await using driver = await wasm.factory.open(url("sqlite-wasm", ""));
		const work = driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody("INSERT INTO t VALUES (1)"));
			unlinkSync(`${db.path}.lock`);
		});
		const error = await failure("ERR_LOCK_LOST", work ?? Promise.resolve());
		expect(error.message).toContain(`${db.path}.lock was `);
		await driver.close();
		expect(db.all("SELECT a FROM t")).toEqual([]);
		expect(db.files()).toEqual(["app.db"]);
	});

	it("keep each other's processes out, whichever migrates first", async () => {
		await using one = await otherProcess(url("sqlite-native", ""));
		await using two = await otherProcess(url("sqlite-wasm", ""));
		await Promise.all([
			one.tell({ run: "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);" }),
			two.tell({ run: "INSERT INTO t VALUES (3); INSERT INTO t VALUES (4);" }),
		]);
		expect(db.all("SELECT count(*) AS n FROM t")).toEqual([{ n: 4n }]);
		expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
	});
});
