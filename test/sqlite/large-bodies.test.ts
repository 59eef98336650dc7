import { type MigrationBody, migrationBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase } from "./test-database.ts";

const CHUNK = 1_000;

/** A body in chunks of 1,000 bytes, so that statements and characters are cut anywhere. */
function inChunks(text: string): MigrationBody {
	return migrationBody(async function* () {
		const bytes = new TextEncoder().encode(text);
		for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
	});
}

describe.each(backends)("a large body, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	it("of a few megabytes in many statements runs whole, in one transaction", async () => {
		const count = 30_000;
		const inserts = Array.from(
			{ length: count },
			(_, index) => `INSERT INTO t VALUES (${index}, 'größe; ${"x".repeat(60)}');\n`,
		);
		const text = `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\n${inserts.join("")}`;
		await using driver = await db.open();
		await driver.apply?.(inChunks(text), { version: 1n, dirty: false });
		expect(db.all("SELECT count(*) AS n, sum(a) AS sum, count(DISTINCT b) AS texts FROM t")).toEqual([
			{ n: BigInt(count), sum: BigInt((count * (count - 1)) / 2), texts: 1n },
		]);
		const error = await failure(
			"ERR_SQL",
			driver.apply?.(inChunks(`DELETE FROM t;\n${inserts.join("")}nonsense`), { version: 2n, dirty: false }) ??
				Promise.resolve(),
		);
		expect(error.details).toMatchObject({ line: count + 2, column: 1 });
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		expect(db.all("SELECT count(*) AS n FROM t")).toEqual([{ n: BigInt(count) }]);
	});

	it("may be one statement that is longer than many chunks", async () => {
		const text = "größe 数据 🐦 ".repeat(50_000);
		await using driver = await db.open();
		await driver.run(inChunks(`CREATE TABLE t AS SELECT '${text}' AS a`));
		expect(db.all("SELECT a FROM t")).toEqual([{ a: text }]);
	});
});
