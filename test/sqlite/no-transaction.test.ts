import { isMigrateError, Migrate, memorySource, migrationBody, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, native } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

const FIRST = "CREATE TABLE t (a INTEGER PRIMARY KEY);";
const OUTSIDE = "-- godwit: no-transaction\n";

describe.each(backends)("a file that runs outside a transaction, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups(FIRST));
	});

	afterEach(() => db[Symbol.dispose]());

	it("may VACUUM, and set what cannot be set inside one", async () => {
		const body = `${OUTSIDE}PRAGMA auto_vacuum=FULL;\nVACUUM;\nPRAGMA journal_mode=TRUNCATE;\nPRAGMA synchronous=NORMAL;`;
		await db.up(ups(FIRST, body));
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
		expect(db.all("PRAGMA auto_vacuum")).toEqual([{ auto_vacuum: 1n }]);
	});

	it("may drop the table of the version, which is made again", async () => {
		await db.up(
			ups(FIRST, `${OUTSIDE}-- godwit: allow own-tables\nDROP TABLE schema_migrations;`, "CREATE TABLE later (a);"),
		);
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	describe.each([
		["because it says so", OUTSIDE, ""],
		["because the URL says so", "", "x-no-tx-wrap=true"],
		["but in one of its own, because the URL says so", "", "x-atomic=false"],
	])("%s", (_, head, url) => {
		/** Readings of one migration, which runs through `Migrate`. */
		async function readings(text: string, atOnce: boolean): Promise<{ atOnce: number; inPieces: number }> {
			const read = { atOnce: 0, inPieces: 0 };
			const bytes = new TextEncoder().encode(text);
			const inPieces = async function* (): AsyncGenerator<Uint8Array> {
				read.inPieces++;
				yield bytes;
			};
			const whole = (): Uint8Array => {
				read.atOnce++;
				return bytes;
			};
			const body = atOnce ? migrationBody(inPieces, whole) : migrationBody(inPieces);
			await using driver = await db.open(url);
			await using migrate = new Migrate({ source: memorySource(ups(FIRST)), driver });
			const file = { identifier: "counted", location: "2_counted.up.sql", body };
			await migrate.run({ version: 2n, direction: "up", target: 2n, file });
			expect(await db.version()).toEqual({ version: 2n, dirty: false });
			expect(db.all("SELECT * FROM t")).toEqual([{ a: 1n }]);
			return read;
		}

		it("is read once where that can be done at once, and twice in pieces", async () => {
			const text = `${head}INSERT INTO t VALUES (1);`;
			expect(await readings(text, true)).toEqual({ atOnce: 1, inPieces: 0 });
			db.exec("DELETE FROM t; UPDATE schema_migrations SET version = 1;");
			expect(await readings(text, false)).toEqual({ atOnce: 0, inPieces: 2 });
		});
	});

	it("is read again when another body was declined in between", async () => {
		await using driver = await db.open("x-no-tx-wrap=true");
		const [one, two] = [textBody("INSERT INTO t VALUES (1);"), textBody("INSERT INTO t VALUES (2);")];
		for (const body of [one, two]) {
			expect(await driver.apply?.(body, { version: 2n, dirty: false })).toBe("declined");
		}
		await driver.run(one);
		await driver.run(two);
		await driver.close();
		expect(db.all("SELECT * FROM t")).toEqual([{ a: 1n }, { a: 2n }]);
	});

	it("is marked dirty meanwhile", async () => {
		await db.up(ups(FIRST, `${OUTSIDE}CREATE TABLE seen AS SELECT version, dirty FROM schema_migrations;`));
		expect(db.all("SELECT * FROM seen")).toEqual([{ version: 2n, dirty: 1n }]);
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("stays dirty when it fails, with what had run before", async () => {
		const body = `${OUTSIDE}INSERT INTO t VALUES (1);\nDROP TABLE missing;\nINSERT INTO t VALUES (2);`;
		const { failed, cause } = await failedMigration("ERR_SQL", db.up(ups(FIRST, body)));
		expect(cause.details).toMatchObject({ line: 3, column: 1 });
		expect(failed.details.dirty).toBe(true);
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
		expect(db.all("SELECT * FROM t")).toEqual([{ a: 1n }]);
		await failure("ERR_DIRTY", db.up(ups(FIRST, body)));
	});

	it("may make transactions of its own", async () => {
		const body = `${OUTSIDE}BEGIN IMMEDIATE; INSERT INTO t VALUES (1); COMMIT;\nBEGIN; INSERT INTO t VALUES (2); ROLLBACK;`;
		await db.up(ups(FIRST, body));
		expect(db.all("SELECT * FROM t")).toEqual([{ a: 1n }]);
	});

	it("is told when it leaves a transaction open, which is rolled back", async () => {
		const body = `${OUTSIDE}INSERT INTO t VALUES (1);\nBEGIN;\nINSERT INTO t VALUES (2);`;
		const { cause } = await failedMigration("ERR_TRANSACTION_CONTROL", db.up(ups(FIRST, body)));
		expect(cause.message).toContain("begins a transaction and does not end it");
		expect(cause.details).toEqual({ sql: "INSERT INTO t VALUES (2);", line: 4, column: 1 });
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
		expect(db.all("SELECT * FROM t")).toEqual([{ a: 1n }]);
	});

	it("has its open transaction rolled back when it fails in it", async () => {
		const body = `${OUTSIDE}BEGIN; INSERT INTO t VALUES (1); DROP TABLE missing;`;
		await failedMigration("ERR_SQL", db.up(ups(FIRST, body)));
		expect(db.all("SELECT * FROM t")).toEqual([]);
		expect(await db.version()).toEqual({ version: 2n, dirty: true });
	});

	it.each(["DROP TABLE missing;", ""])("leaves no transaction open behind it, ending with %j", async (end) => {
		await using driver = await db.open();
		const body = textBody(`${OUTSIDE}BEGIN; INSERT INTO t VALUES (1); ${end}`);
		await failure(end === "" ? "ERR_TRANSACTION_CONTROL" : "ERR_SQL", driver.run(body));
		await driver.setVersion({ version: 5n, dirty: false });
		expect(db.all("SELECT version FROM schema_migrations")).toEqual([{ version: 5n }]);
		expect(db.all("SELECT * FROM t")).toEqual([]);
	});

	it.each([
		["PRAGMA journal_mode=bogus;", "there is no journal mode bogus; known are delete, truncate"],
		["PRAGMA main.journal_mode ( 'bogus' );", "there is no journal mode bogus; known are delete, truncate"],
		["BEGIN; INSERT INTO t VALUES (9); PRAGMA journal_mode=memory; COMMIT;", "SQLite has not changed it to memory"],
		["PRAGMA temp.journal_mode=wal;", "SQLite has not changed it to wal, which"],
	])("fails when the journal mode is not the one that it asked for: %s", async (sql, reason) => {
		const body = `${OUTSIDE}INSERT INTO t VALUES (1);\n${sql}\nINSERT INTO t VALUES (2);`;
		const { failed, cause } = await failedMigration("ERR_SQL", db.up(ups(FIRST, body)));
		expect(cause.message).toMatch(/^the journal mode stays (delete|memory) after PRAGMA /);
		expect(cause.message).toContain(reason);
		expect(cause.details).toMatchObject({ line: 3 });
		expect(failed.details.dirty).toBe(true);
		expect(db.all("SELECT a FROM t")).toEqual([{ a: 1n }]);
	});

	it("may ask for any journal mode that there can be", async () => {
		// better-sqlite3 does not let anybody do without a journal.
		const modes = ["truncate", "PERSIST", "'memory'", ...(backend.name === "sqlite-wasm" ? ['"off"'] : []), "delete"];
		const body = modes.map((mode) => `PRAGMA journal_mode=${mode}; PRAGMA main.journal_mode(${mode});`).join("\n");
		await db.up(ups(FIRST, `${OUTSIDE}${body} PRAGMA journal_mode; EXPLAIN PRAGMA journal_mode=bogus;`));
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
	});

	it("fails when WAL is not turned on", async () => {
		const up = db.up(ups(FIRST, `${OUTSIDE}PRAGMA journal_mode=WAL;`));
		if (backend.name !== "sqlite-wasm") {
			await up;
			expect(db.all("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
			return;
		}
		const { cause } = await failedMigration("ERR_SQL", up);
		expect(cause.message).toContain("the journal mode stays delete after PRAGMA journal_mode=WAL");
	});

	it("extends the lease of the lock between its statements", async () => {
		await using driver = await db.open("x-lock-lease=0");
		await driver.lock();
		const lease = "(SELECT expires_at FROM schema_migrations_lock)";
		const body = `${OUTSIDE}CREATE TABLE lease AS SELECT ${lease} AS at; UPDATE schema_migrations_lock SET expires_at = '2000-01-01'; SELECT 1;`;
		await driver.run(textBody(body));
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		expect(db.allOfCopy("SELECT expires_at > '2000-01-01' AS extended FROM schema_migrations_lock")).toEqual([
			{ extended: 1n },
		]);
		await driver.unlock();
	});

	it.each([
		["INSERT INTO t VALUES (1); STEAL; INSERT INTO t VALUES (2);", [1n]],
		["INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); STEAL; INSERT INTO t VALUES (3); COMMIT;", [1n]],
		["SAVEPOINT s; INSERT INTO t VALUES (2); STEAL; RELEASE s;", []],
	])("runs and commits nothing more when the lock is lost: %s", async (statements, kept) => {
		const steal = "UPDATE schema_migrations_lock SET owner = 'somebody else', expires_at = '9999-01-01'";
		const driver = await db.open();
		await driver.lock();
		await failure("ERR_LOCK_LOST", driver.run(textBody(OUTSIDE + statements.replace("STEAL", steal))));
		// The second body takes the lock within a transaction, which is rolled back.
		await driver.close().catch((error: unknown) => expect(isMigrateError(error, "ERR_LOCK_LOST")).toBe(true));
		expect(db.all("SELECT a FROM t").map(({ a }) => a)).toEqual(kept);
	});

	it("is refused where all files are one transaction", async () => {
		const files = ups(FIRST, "CREATE TABLE u (a);", `${OUTSIDE}VACUUM;`);
		const { failed } = await failedMigration("ERR_NO_TRANSACTION", db.up(files, { transaction: "all" }));
		expect(failed.details.dirty).toBe(false);
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(db.schema()).toHaveLength(1);
	});

	it("can be every file, with x-no-tx-wrap=true", async () => {
		await db.up(ups(FIRST, "VACUUM;", "BEGIN; INSERT INTO t VALUES (3); COMMIT;"), { url: "x-no-tx-wrap=true" });
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
		expect(db.all("SELECT * FROM t")).toEqual([{ a: 3n }]);
	});
});

it("runs nothing more when another process takes the lock over between two of its statements", async () => {
	using db = createTestDatabase(native);
	await db.up(ups(FIRST));
	using other = native.connect(db.path);
	const driver = await db.open();
	await driver.lock();
	const encoder = new TextEncoder();
	// Longer than what is read before the first statement runs.
	const comment = `-- ${" ".repeat(200_000)}\n`;
	const body = migrationBody(async function* () {
		yield encoder.encode(`${OUTSIDE}INSERT INTO t VALUES (1);\n${comment}`);
		// The body is read to its end once before anything of it runs.
		if (other.all("SELECT a FROM t").length > 0) {
			other.exec("UPDATE schema_migrations_lock SET owner = 'somebody else', expires_at = '9999-01-01'");
		}
		yield encoder.encode("INSERT INTO t VALUES (2);");
	});
	const lost = await failure("ERR_LOCK_LOST", driver.run(body));
	expect(lost.details.owner).toContain("somebody else");
	await failure("ERR_LOCK_LOST", driver.close());
	expect(other.all("SELECT a FROM t")).toEqual([{ a: 1n }]);
});
