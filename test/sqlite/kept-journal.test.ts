import { existsSync, readFileSync } from "node:fs";
import type { MigrateEvent } from "@godwit/core";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, native, wasm } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

const TABLE = "CREATE TABLE t (a);";
const MODE = "SELECT * FROM pragma_journal_mode";

describe.each(backends)("the rollback journal of a run, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	/** Goes up, and looks at the journal after each migration. */
	async function journals(bodies: readonly string[], url = ""): Promise<readonly (Buffer | undefined)[]> {
		const found: (Buffer | undefined)[] = [];
		const onEvent = ({ type }: MigrateEvent): void => {
			const path = `${db.path}-journal`;
			if (type === "end") found.push(existsSync(path) ? readFileSync(path) : undefined);
		};
		await db.up(ups(...bodies), { url, onEvent });
		return found;
	}

	it("is kept from one migration to the next, emptied, and gone at the end", async () => {
		const found = await journals([TABLE, "", "INSERT INTO t VALUES (1);"]);
		for (const journal of found) expect(journal?.subarray(0, 28)).toEqual(Buffer.alloc(28));
		expect(found).toHaveLength(3);
		expect(db.files()).toEqual(["app.db"]);
	});

	it("is gone when a migration has failed", async () => {
		await failure("ERR_MIGRATION_FAILED", db.up(ups(TABLE, "INSERT INTO t VALUES (1); SELECT nothing;")));
		expect(db.files()).toEqual(["app.db"]);
	});

	it("does not keep the room that a large transaction needed", async () => {
		const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
		const rows = `INSERT INTO t ${numbers} SELECT printf('%.*c', 1000, 'x') FROM n;`;
		const [, , journal] = await journals([TABLE, rows, "UPDATE t SET a = upper(a);"]);
		expect(journal).toHaveLength(1_048_576);
	});

	it("is deleted before a file that runs outside a transaction, and kept again after it", async () => {
		const outside = `-- godwit: no-transaction\nCREATE TABLE seen AS ${MODE};`;
		const [, , last] = await journals([TABLE, outside, "INSERT INTO t VALUES (1);"]);
		expect(db.all("SELECT * FROM seen")).toEqual([{ journal_mode: "delete" }]);
		expect(last).toBeDefined();
		expect(db.files()).toEqual(["app.db"]);
	});

	it("is gone when a file that runs outside a transaction was refused inside one", async () => {
		await using driver = await db.open();
		await driver.lock();
		const outside = textBody("-- godwit: no-transaction\nCREATE TABLE u (a);");
		const both = driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(TABLE));
			expect(await run(outside)).toBe("declined");
			throw new Error("declined");
		});
		await expect(both).rejects.toThrow("declined");
		await driver.run(textBody(TABLE));
		await driver.unlock();
		expect(db.files()).toEqual(["app.db"]);
	});

	it("is not kept when x-journal-mode=delete asks for SQLite's own way", async () => {
		expect(await journals([TABLE, "INSERT INTO t VALUES (1);"], "x-journal-mode=delete")).toEqual([
			undefined,
			undefined,
		]);
	});

	it("is not kept when x-no-tx-wrap=true has all files run outside a transaction", async () => {
		expect(await journals([TABLE, "INSERT INTO t VALUES (1);"], "x-no-tx-wrap=true")).toEqual([undefined, undefined]);
	});

	it("is not kept on the application's own connection, whose mode it would be between two calls", async () => {
		using connection = backend.connect(db.path);
		await using driver = connection.withInstance();
		await driver.lock();
		await driver.apply?.(textBody(`${TABLE} CREATE TABLE seen AS ${MODE};`), { version: 1n, dirty: false });
		expect(db.files()).toEqual(["app.db", "app.db.lock"]);
		// On node-sqlite3-wasm the application waits for the end of the run.
		if (backend !== wasm) expect(connection.all(MODE)).toEqual([{ journal_mode: "delete" }]);
		else expect(() => connection.all(MODE)).toThrow("database is locked");
		await driver.unlock();
		expect(connection.all("SELECT * FROM seen")).toEqual([{ journal_mode: "delete" }]);
		expect(connection.all(MODE)).toEqual([{ journal_mode: "delete" }]);
		expect(db.files()).toEqual(["app.db"]);
	});
});

// node-sqlite3-wasm has no WAL.
describe("a journal mode that another connection changes in the midst of a run, on sqlite-native", () => {
	it("stays", async () => {
		using db = createTestDatabase(native);
		const onEvent = ({ type }: MigrateEvent): void => {
			if (type === "end" && db.files().includes("app.db-journal")) db.exec("PRAGMA journal_mode=WAL");
		};
		await db.up(ups(TABLE, "INSERT INTO t VALUES (1);"), { onEvent });
		expect(db.all(MODE)).toEqual([{ journal_mode: "wal" }]);
	});
});
