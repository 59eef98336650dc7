import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { native, node } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase } from "./test-database.ts";

describe("better-sqlite3 and node:sqlite on one file in one process", () => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(native);
		db.exec("CREATE TABLE t (a)");
	});

	afterEach(() => db[Symbol.dispose]());

	it.each([
		[native, node, "better-sqlite3", "node:sqlite"],
		[node, native, "node:sqlite", "better-sqlite3"],
	])("are refused by name while the caller lends $0.name and $1.name is opened", async (first, second, one, other) => {
		using lent = first.connect(db.path);
		await using driver = lent.withInstance();
		const { message } = await failure("ERR_DATABASE", second.factory.open(`${second.name}://${db.path}`));
		expect(message).toContain(
			`${db.path} is open in this process through ${one}, and would be through ${other} too: two SQLite libraries in one process drop each other's locks on a file`,
		);
		await driver.close();
		await using after = await second.factory.open(`${second.name}://${db.path}`);
		expect(await after.version()).toMatchObject({ version: -1n });
	});

	it.each([
		[native, node],
		[node, native],
	])("are refused while $0.name holds the lock and $1.name wants it", async (first, second) => {
		await using holder = await first.factory.open(`${first.name}://${db.path}`);
		await using waiter = await second.factory.open(`${second.name}://${db.path}`);
		await holder.lock();
		const { message } = await failure("ERR_LOCK_TIMEOUT", waiter.lock({ timeoutMs: 1 }));
		expect(message).toContain("another SQLite library");
		await holder.unlock();
		await waiter.lock();
		await waiter.unlock();
	});
});
