import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type MigrationBody, migrationBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cleanEnv, commandWords } from "../../packages/cli/test/fixtures/godwit.ts";
import { backends } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase } from "./test-database.ts";

/** A text of any size, made of a piece that is repeated: nobody has to hold the whole of it. */
interface Text {
	readonly start?: string;
	readonly piece: string;
	readonly count: number;
	readonly end?: string;
}

const CHUNK = 100_000;
const REPORT_MEMORY =
	'process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS + " kB\\n"))';

function* chunksOf({ start = "", piece, count, end = "" }: Text): Generator<string> {
	yield start;
	const inChunk = Math.max(1, Math.floor(CHUNK / piece.length));
	const chunk = piece.repeat(inChunk);
	for (let left = count; left > 0; left -= inChunk) yield left < inChunk ? piece.repeat(left) : chunk;
	yield end;
}

function bodyOf(text: Text): MigrationBody {
	return migrationBody(async function* () {
		for (const chunk of chunksOf(text)) yield new TextEncoder().encode(chunk);
	});
}

const TABLE = "CREATE TABLE t (a);";

/** A large text takes SQLite ten times as long in WebAssembly. What reads and splits the body is the same code. */
const sizes = new Map([
	["sqlite-native", { megabytes: 100, statements: 1_000_000 }],
	["sqlite-wasm", { megabytes: 25, statements: 400_000 }],
]);

const cases = backends.map((backend) => ({ backend, name: backend.name, ...sizes.get(backend.name) }));

describe.each(cases)("an oversized body, on $name", ({ backend, megabytes = 100, statements = 1_000_000 }) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	async function apply(text: Text): Promise<void> {
		await using driver = await db.open();
		await driver.apply?.(bodyOf(text), { version: 1n, dirty: false });
	}

	it(`may be one statement of ${megabytes} MB`, async () => {
		const count = megabytes * 1e6;
		await apply({ start: "CREATE TABLE t AS SELECT '", piece: "x", count, end: "' AS a" });
		expect(db.all("SELECT length(a) AS length FROM t")).toEqual([{ length: BigInt(count) }]);
	});

	it.each<[what: string, text: Text]>([
		[
			`${megabytes} MB of a comment in a statement`,
			{ start: "CREATE TABLE t /*", piece: ";", count: megabytes * 1e6, end: "*/ (a)" },
		],
		["100 MB of comments", { start: "SELECT 1;", piece: `/* ; */-- '${"-".repeat(89)}\n`, count: 1e6, end: TABLE }],
		["a million semicolons", { start: TABLE, piece: ";", count: 1e6 }],
		["1 MB of comments that begin in a comment", { piece: "/* ", count: 350_000, end: `*/${TABLE}` }],
		["1 MB of comments of one kind in the other", { piece: "/* -- */ -- /* \n", count: 62_500, end: TABLE }],
		["1 MB of doubled quotes", { start: `${TABLE}SELECT '`, piece: "''", count: 500_000, end: "';" }],
		["a statement on line 10,000,001", { piece: "\n", count: 10e6, end: TABLE }],
	])("may be %s", async (_, text) => {
		await apply(text);
		expect(db.schema()).toMatchObject([{ name: "t" }]);
	});

	it("fails where a million parentheses begin, with what SQLite says", async () => {
		const text = { start: `${TABLE}\n SELECT `, piece: "(", count: 1e6, end: `1${")".repeat(1e6)};` };
		const { message, details } = await failure("ERR_SQL", apply(text));
		expect(message).toBe("Recursion limit");
		expect(details).toMatchObject({ line: 2, column: 2 });
		expect(details.sql.length).toBeLessThan(3_000);
		expect(db.schema()).toEqual([]);
	});

	it.each<[what: string, start: string, end: string, problem: string, place: { line: number; column: number }]>([
		["comment that ends 50 MB", "", "\n  /* never closed", "unclosed-comment", { line: 50_002, column: 3 }],
		["string that ends 50 MB", "", "SELECT ';", "unclosed-string", { line: 50_001, column: 8 }],
		["comment that holds 50 MB", `${TABLE}\n/*`, "", "unclosed-comment", { line: 2, column: 1 }],
		["string that holds 50 MB", `${TABLE}\nSELECT '`, "", "unclosed-string", { line: 2, column: 8 }],
	])("says where an unclosed %s was opened, and runs nothing of it", async (_, start, end, problem, place) => {
		const piece = `${TABLE.replace("t", "IF NOT EXISTS t")}-- ${"x".repeat(963)}\n`;
		expect(piece).toHaveLength(1_000);
		const { details } = await failure("ERR_INVALID_BODY", apply({ start, piece, count: 50_000, end }));
		expect(details).toMatchObject({ problem, ...place });
		expect(db.schema()).toEqual([]);
	});

	describe("from a file, in a process whose heap is limited to 32 MB,", () => {
		function up(text: Text): { readonly status: number | null; readonly said: string; readonly peakKb: number } {
			const folder = join(db.folder, "migrations");
			mkdirSync(folder, { recursive: true });
			const file = openSync(join(folder, "1_big.up.sql"), "w");
			for (const chunk of chunksOf(text)) writeSync(file, chunk);
			closeSync(file);
			// What V8's second WebAssembly compiler takes differs by 40 MB from run to run.
			const node = [
				"--max-old-space-size=32",
				"--liftoff-only",
				`--import=data:text/javascript,${encodeURIComponent(REPORT_MEMORY)}`,
			];
			const [program, ...words] = commandWords();
			const args = [...node, ...words, "-path", folder, "-database", db.url(), "up"];
			const { status, stderr } = spawnSync(program, args, { encoding: "utf8", env: cleanEnv({}) });
			const [, said = stderr, peak] = /^(.*)peak (\d+) kB\n$/s.exec(stderr) ?? [];
			return { status, said, peakKb: Number(peak) };
		}

		it(`is run when it has ${statements} statements`, () => {
			expect(up({ start: TABLE, piece: "SELECT 1;\n", count: statements })).toMatchObject({ status: 0 });
			expect(db.schema()).toHaveLength(1);
		});

		// Outside a transaction each statement locks the file anew, which on sqlite-wasm takes 1 ms.
		it.each([
			["", 10_000],
			["-- godwit: no-transaction\n", 100_000],
		])("needs no more memory when it has 100 MB; it begins with %j", (start, length) => {
			const statement = { start, piece: `SELECT '${"x".repeat(length - 11)}';\n` };
			const small = up({ ...statement, count: 10 });
			expect(small).toMatchObject({ status: 0 });
			const limit = small.peakKb + 60_000;
			// V8 collects the buffers of a file's chunks, which are outside of the heap, when a processor is free. What is needed is the least
			// that a run was content with: rows that were kept would show in each.
			let peak = Number.POSITIVE_INFINITY;
			for (let run = 0; run < 3 && peak >= limit; run++) {
				db.exec("DROP TABLE IF EXISTS t; DELETE FROM schema_migrations");
				const big = up({ ...statement, count: 100e6 / length, end: TABLE });
				expect(big).toMatchObject({ status: 0 });
				expect(db.schema()).toHaveLength(1);
				peak = big.peakKb;
			}
			expect(peak).toBeLessThan(limit);
		});

		it("is quoted in a line of 50 MB where it fails", () => {
			const { status, said } = up({ piece: `SELECT '${"x".repeat(990)}';`, count: 50_000, end: "DROP TABLE missing;" });
			expect(status).toBe(1);
			expect(said).toMatch(/^error: .*1_big\.up\.sql:1:50000001: no such table: missing\n/);
			expect(said).toMatch(/\n {2}1 \| x+';DROP TABLE missing;\n {4}\| {51}\^\n/);
			expect(said.length).toBeLessThan(1_000);
		});

		it.each([
			["is one comment", { start: "/*", piece: ";", count: 100e6, end: `*/${TABLE}` }],
			["is many comments", { piece: `--${"x".repeat(997)}\n`, count: 100_000, end: TABLE }],
		])("is run when what comes before the first statement %s of 100 MB", (_, text) => {
			expect(up(text)).toMatchObject({ status: 0 });
		});
	});
});
