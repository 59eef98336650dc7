import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, wasm } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

describe.each(backends)("x-migrations-table on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	it.each([
		"with space",
		'with "quotes"',
		"it's",
		"[brackets]",
		"`ticks`",
		"semi;colon -- comment",
		"größe 数据 🐦",
		"select",
		"TABLE",
		"main.migrations",
		"100%",
		"?",
		" ",
		"line\nbreak",
	])("may be %j", async (name) => {
		const url = `x-migrations-table=${encodeURIComponent(name)}`;
		const files = { ...ups("CREATE TABLE t (a);", "DROP TABLE t;"), "2_step.down.sql": "CREATE TABLE t (a);" };
		await db.up(files, { url });
		await db.migrate(files, (migrate) => migrate.steps(-1), { url });
		await using driver = await db.open(url);
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		await driver.close();
		const names = db.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map((row) => row.name);
		expect(names.sort()).toEqual([name, `${name}_history`, `${name}_lock`, "t"].sort());
		await db.migrate(files, (migrate) => migrate.drop(), { url });
		expect(db.all("SELECT name FROM sqlite_schema")).toEqual([]);
	});

	it("keeps two sets apart in one file, each with its own lock; on sqlite-wasm one waits for the other", async () => {
		const [one, two] = [{ url: "x-migrations-table=one" }, { url: "x-migrations-table=two" }];
		await db.up(ups("CREATE TABLE a (x);", "CREATE TABLE b (x);"), one);
		await db.up(ups("CREATE TABLE c (x);"), two);
		await using first = await db.open(one.url);
		await using second = await db.open(two.url);
		expect(await first.version()).toMatchObject({ version: 2n, dirty: false });
		expect(await second.version()).toMatchObject({ version: 1n, dirty: false });
		await first.lock();
		if (backend === wasm) {
			const { details } = await failure("ERR_LOCK_TIMEOUT", second.lock({ timeoutMs: 0 }));
			expect(details.owner).toContain(`app.db.lock is held by process ${process.pid} `);
			await first.unlock();
		}
		await second.lock({ timeoutMs: 0 });
		await using third = await db.open(two.url);
		await failure("ERR_LOCK_TIMEOUT", third.lock({ timeoutMs: 0 }));
	});

	it("is found whatever the case of its letters", async () => {
		await db.up(ups("CREATE TABLE a (x);"), { url: "x-migrations-table=Mine" });
		await using driver = await db.open("x-migrations-table=mINE");
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		await driver.lock();
		await driver.drop();
		await driver.unlock();
		expect(db.all("SELECT name FROM sqlite_schema")).toEqual([]);
	});

	it("is not taken for a view of that name", async () => {
		db.exec("CREATE VIEW v AS SELECT 7 AS version, 0 AS dirty");
		await using driver = await db.open("x-migrations-table=v");
		expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
		const error = await failure("ERR_DATABASE", driver.setVersion({ version: 1n, dirty: false }));
		expect(error.message).toContain("cannot modify v because it is a view");
	});
});
