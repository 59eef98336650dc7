import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goTool } from "./go-tool.ts";
import { type GodwitTool, godwitTool } from "./godwit-tool.ts";
import { buildReference, type Reference, startReference } from "./reference.ts";
import { type Answer, type Request, type Tool, written } from "./tool.ts";

/** golang-migrate's fixture `| 1 ud | - | 3 u | 4 ud | 5 d | - | 7 ud |`, each body saying that it ran. */
const FILES = ["1.up", "1.down", "3.up", "4.up", "4.down", "5.down", "7.up", "7.down"];

/** Of the fixture's versions, of the gaps between them, and outside of both. */
const STARTS = [-1n, 0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n];

/**
 * Everything that the engine can be asked from one version. It holds each row of golang-migrate's TestRead, TestReadUp,
 * TestReadDown, TestSteps, TestMigrate and TestUpAndDown, and the source kit's TestFirst, TestPrev and TestNext;
 * packages/core/test/engine/plan.test.ts has the first three written out, packages/conformance/src/source-laws.ts the last.
 */
const REQUESTS: readonly Request[] = [
	{ kind: "up" },
	{ kind: "down" },
	{ kind: "version" },
	...Array.from({ length: 19 }, (_, n) => ({ kind: "steps", count: n - 9 }) as const),
	...Array.from({ length: 9 }, (_, n) => ({ kind: "migrate", version: BigInt(n) }) as const),
];

describe("every way through golang-migrate's own fixture", () => {
	let folder: string;
	let reference: Reference;
	let go: Tool;
	let godwit: GodwitTool;
	let goLog: BetterSqlite3.Database;
	let godwitLog: BetterSqlite3.Database;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "godwit-kit-"));
		const migrations = join(folder, "migrations");
		await mkdir(migrations);
		for (const name of FILES) {
			await writeFile(join(migrations, `${name.replace(".", "_title.")}.sql`), `INSERT INTO log VALUES ('${name}')`);
		}
		reference = await startReference((await buildReference()).reference);
		go = goTool(async () => reference, "sqlite3");
		godwit = godwitTool({ scheme: "sqlite3", atomic: true });
		goLog = await openWithLog(go, migrations, "go.db");
		godwitLog = await openWithLog(godwit, migrations, "godwit.db");
	}, 900_000);
	afterAll(async () => {
		goLog.close();
		godwitLog.close();
		await go.close();
		await godwit.close();
		await reference[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	async function openWithLog(tool: Tool, migrations: string, name: string): Promise<BetterSqlite3.Database> {
		const database = join(folder, name);
		const log = new BetterSqlite3(database);
		log.exec("CREATE TABLE log (ran)");
		await tool.open({ migrations, database });
		return log;
	}

	/** What an operation answers from a version, and which bodies it runs, in order. */
	async function walk(tool: Tool, start: bigint, request: Request, log: BetterSqlite3.Database) {
		await tool.perform({ kind: "force", version: start });
		const { message: _, schema: __, ...answer }: Answer = await tool.perform(request);
		const ran = log.prepare("DELETE FROM log RETURNING ran").pluck().all();
		// golang-migrate counts what is missing only when something ran, and has no version where godwit has -1.
		const short = answer.outcome === "short" ? answer.short : undefined;
		return { ...answer, outcome: answer.outcome === "nil-version" ? "ok" : answer.outcome, short, ran };
	}

	it.for(STARTS)("runs the same bodies in the same order from version %s", async (start) => {
		for (const request of REQUESTS) {
			const expected = await walk(go, start, request, goLog);
			const actual = await walk(godwit.lenient, start, request, godwitLog);
			const looks = request.kind === "steps" && request.count === 0 && [0n, 2n, 6n, 8n].includes(start);
			// newer-database, in each of its words for a version that is not there.
			const newer = start === 8n && (looks || expected.outcome === "no-such-version");
			if (newer) expect(actual).toEqual({ ...expected, outcome: "newer" });
			else if (looks) expect(actual.outcome).toBe("no-such-version");
			else expect(actual, written(request)).toEqual(expected);
		}
	});
});
