import { Migrate, type MigrationBody, memorySource, migrationBody, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

type Part = string | readonly number[];

function inPieces(parts: readonly Part[]): MigrationBody {
	return migrationBody(async function* () {
		for (const part of parts) yield bytesOf(part);
	});
}

function atOnce(parts: readonly Part[]): MigrationBody {
	const whole = Buffer.concat(parts.map(bytesOf));
	return migrationBody(
		async function* () {
			yield whole;
		},
		() => whole,
	);
}

function bytesOf(part: Part): Uint8Array {
	return typeof part === "string" ? new TextEncoder().encode(part) : Uint8Array.from(part);
}

const START = "CREATE TABLE early (a);\nINSERT INTO early VALUES (1);\n";

const BAD_TEXTS: readonly (readonly [what: string, parts: readonly Part[], line: number, problem: string])[] = [
	["a NUL byte", [START, "CREATE TABLE late (a);\0DROP TABLE early;"], 3, "nul-byte"],
	["an unclosed string", [START, "INSERT INTO early VALUES ('oops);\nSELECT 1;\n"], 3, "unclosed-string"],
	["an unclosed identifier", [START, '\nCREATE TABLE "late (a);'], 4, "unclosed-identifier"],
	["an unclosed comment", [START, "CREATE TABLE late (a);\n/* no end"], 4, "unclosed-comment"],
	["invalid UTF-8", [START, "-- caf", [0xe9], "\n"], 3, "invalid-utf-8"],
	["UTF-8 that is cut off", [START, "SELECT '", [0xe2, 0x82]], 3, "invalid-utf-8"],
	["a misspelt directive", ["\n-- godwit: no-transactions\n", START], 2, "unknown-directive"],
	["a hidden statement", [START, "-- by hand\rCREATE TABLE late (a);\r"], 3, "carriage-return"],
	["UTF-16", [START, [0xff, 0xfe, 0x53, 0x00]], 3, "invalid-utf-8"],
];

const BAD = BAD_TEXTS.flatMap(([what, parts, line, problem]) => [
	[`${what}, read in pieces`, inPieces(parts), line, problem] as const,
	[`${what}, read at once`, atOnce(parts), line, problem] as const,
]);

const FIRST = "CREATE TABLE first (a);";

describe.each(backends)("a body that is no SQL text, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(async () => {
		db = createTestDatabase(backend);
		await db.up(ups(FIRST));
	});

	afterEach(() => db[Symbol.dispose]());

	async function run(body: MigrationBody, url?: string): Promise<unknown> {
		await using driver = await db.open(url);
		await using migrate = new Migrate({ source: memorySource(ups("")), driver });
		return await migrate.run({
			version: 2n,
			direction: "up",
			target: 2n,
			file: { identifier: "bad", location: "2_bad.up.sql", body },
		});
	}

	const names = () => db.schema().map((object) => (object as { name: string }).name);

	it.each(BAD)("changes nothing and names the line: %s", async (_, body, line, problem) => {
		const { failed, cause } = await failedMigration("ERR_INVALID_BODY", run(body));
		expect(cause.details).toMatchObject({ line, problem });
		expect(failed.message).toContain(`2_bad.up.sql:${line}:`);
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
		expect(names()).toEqual(["first"]);
	});

	it.each(BAD)("is found before anything runs outside a transaction: %s", async (_, body, line, problem) => {
		const { cause } = await failedMigration("ERR_INVALID_BODY", run(body, "x-no-tx-wrap=true"));
		expect(cause.details).toMatchObject({ line, problem });
		expect(names()).toEqual(["first"]);
	});

	it.each(BAD)("changes nothing when it is run without a version: %s", async (_, body, line, problem) => {
		await using driver = await db.open();
		expect((await failure("ERR_INVALID_BODY", driver.run(body))).details).toMatchObject({ line, problem });
		expect(names()).toEqual(["first"]);
	});

	it.each([
		["empty", ""],
		["white space", " \r\n\t\n"],
		["comments", "-- nothing\n/* here */"],
		["semicolons", ";;\n;"],
		["a byte order mark", "\uFEFF"],
	])("may be %s", async (_, text) => {
		await db.up(ups(FIRST, text));
		expect(await db.version()).toEqual({ version: 2n, dirty: false });
		await db.up(ups(FIRST, text, text), { url: "x-no-tx-wrap=true" });
		expect(await db.version()).toEqual({ version: 3n, dirty: false });
	});

	it("may begin with a byte order mark and end its lines with CRLF", async () => {
		const text = "\uFEFFCREATE TABLE t (a);\r\nINSERT INTO t VALUES ('x\r\ny');\r\n-- end\r\n";
		await db.up(ups(FIRST, text));
		expect(db.all("SELECT a FROM t")).toEqual([{ a: "x\r\ny" }]);
		const { cause } = await failedMigration(
			"ERR_SQL",
			db.up(ups(FIRST, text, "\uFEFFSELECT 1;\r\n\r\n DROP TABLE no;\r\n")),
		);
		expect(cause.details).toMatchObject({ line: 3, column: 2 });
	});

	it("reports a source that cannot be read to its end, and rolls back", async () => {
		const body = migrationBody(async function* () {
			yield new TextEncoder().encode(START);
			throw new Error("the disk is gone");
		});
		await using driver = await db.open();
		await expect(driver.apply?.(body, { version: 2n, dirty: false })).rejects.toThrow("the disk is gone");
		await expect(driver.run(body)).rejects.toThrow("the disk is gone");
		expect(names()).toEqual(["first"]);
	});

	it("places a statement that SQLite cannot read", async () => {
		await using driver = await db.open();
		const error = await failure("ERR_SQL", driver.run(textBody("SELECT 1;\n\n   CREATE TABEL x (a);")));
		expect(error.details).toMatchObject({ sql: "CREATE TABEL x (a);", line: 3, column: 11 });
		expect(error.message).toBe('near "TABEL": syntax error');
	});
});
