import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

const APPLICATION = fileURLToPath(new URL("./fixtures/killed-application.ts", import.meta.url));

/** The first eight bytes of a journal that has to be rolled back, see https://sqlite.org/fileformat2.html#the_rollback_journal */
const HOT = Buffer.from("d9d505f920a163d7", "hex");

const COUNTS = "SELECT count(*) AS accounts, sum(note LIKE 'changed%') AS changed FROM accounts";
const UNCHANGED = [{ accounts: 300n, changed: 0n }];

describe.each(backends)("the journal of a native application, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	const journal = () => `${db.path}-journal`;
	const isHot = () => existsSync(journal()) && readFileSync(journal()).subarray(0, HOT.length).equals(HOT);

	/** Runs the application up to the midst of its transaction, and kills it. */
	async function killApplication(journalMode: string): Promise<void> {
		const child = spawn(process.execPath, [APPLICATION, db.path, journalMode], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const exited = once(child, "exit");
		await Promise.race([once(child.stdout, "data"), exited]);
		child.kill("SIGKILL");
		await exited;
		expect(isHot()).toBe(true);
		// Half of the transaction is in the database itself.
		expect(readFileSync(db.path).includes("changed xxx")).toBe(true);
	}

	describe.each(["delete", "truncate", "persist"])("in the mode %s", (mode) => {
		it("is rolled back before the version is read, when the application was killed", async () => {
			await killApplication(mode);
			{
				await using driver = await db.open();
				expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
				expect(isHot()).toBe(false);
				expect(readFileSync(db.path).includes("changed xxx")).toBe(false);
			}
			expect(db.all(COUNTS)).toEqual(UNCHANGED);
			expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
		});

		it("is rolled back before a migration runs, when the application was killed", async () => {
			await killApplication(mode);
			await db.up({ "1_count.up.sql": `CREATE TABLE seen AS ${COUNTS};` });
			expect(db.all("SELECT * FROM seen")).toEqual(UNCHANGED);
			expect(db.all(COUNTS)).toEqual(UNCHANGED);
			expect(db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
			expect(db.files()).toEqual(["app.db"]);
		});

		it("is rolled back at the next call, when the application was killed while godwit had the file open", async () => {
			await using driver = await db.open();
			await killApplication(mode);
			await driver.apply?.(textBody(`CREATE TABLE seen AS ${COUNTS};`), { version: 1n, dirty: false });
			await driver.close();
			expect(db.all("SELECT * FROM seen")).toEqual(UNCHANGED);
			expect(db.all(COUNTS)).toEqual(UNCHANGED);
		});
	});

	it.each(["truncate", "persist"])(
		"in the mode %s stays without effect when its transaction was committed",
		async (mode) => {
			using connection = backend.connect(db.path);
			connection.exec(`PRAGMA journal_mode=${mode}; CREATE TABLE t (a); INSERT INTO t VALUES (1);`);
			connection.close();
			expect(existsSync(journal())).toBe(true);
			await db.up({ "1_more.up.sql": "INSERT INTO t VALUES (2);" });
			expect(db.all("SELECT a FROM t")).toEqual([{ a: 1n }, { a: 2n }]);
			expect(await db.version()).toEqual({ version: 1n, dirty: false });
		},
	);
});
