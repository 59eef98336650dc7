import { type Driver, isMigrateError, Migrate, memorySource, type Source } from "@godwit/core";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { startCuttingProxy } from "../fixtures/cutting-proxy.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

/** Some hundred runs; on a busy machine most of the time is waiting. */
const FULL_RUN_MS = 900_000;

/** How many runs are under way at once, each of which waits for most of its time. */
const AT_ONCE = 8;

let server: PostgresServer;
let other: pg.Pool;

beforeAll(async () => {
	server = await startPostgres();
	other = new pg.Pool({ connectionString: `${server.url}/postgres`, max: AT_ONCE });
});

afterAll(async () => {
	await other.end();
	await server[Symbol.asyncDispose]();
});

const transactional = memorySource({
	"1_a.up.sql": "INSERT INTO ran VALUES (1);",
	"2_b.up.sql": "INSERT INTO ran VALUES (2);",
	"3_c.up.sql": "INSERT INTO ran VALUES (3);",
});
const outside = memorySource({
	"1_a.up.sql": "-- godwit: no-transaction\nINSERT INTO ran VALUES (1);",
	"2_b.up.sql": "-- godwit: no-transaction\nINSERT INTO ran VALUES (2);",
	"3_c.up.sql": "-- godwit: no-transaction\nINSERT INTO ran VALUES (3);",
});

/** What became of a run, in a schema of its own. */
interface CutRun {
	readonly schema: string;
	/** All messages of the run. */
	readonly messages: number;
	/** Undefined for a run without a cut. */
	readonly cut: string | undefined;
	/** Undefined when the run succeeded. */
	readonly error: unknown;
}

let schemas = 0;

/** Runs all migrations in an empty schema through a connection that is cut at a message. */
async function runCutAt(number: number, source: Source, over = (driver: Driver): Driver => driver): Promise<CutRun> {
	const schema = `cut_${++schemas}`;
	await other.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.ran (version int)`);
	await using proxy = await startCuttingProxy(server.port, number);
	const migrate = new Migrate({ source, driver: over(await postgres.open(urlOf(schema, proxy.port))) });
	const error = await migrate.up().then(
		({ applied }) => {
			expect(applied.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
		},
		(failure: unknown) => failure,
	);
	await migrate.close().catch(() => {});
	return { schema, messages: proxy.messages, cut: proxy.cut, error };
}

function urlOf(schema: string, port: number): string {
	return `postgres://godwit@127.0.0.1:${port}/postgres?sslmode=disable&options=-csearch_path%3D${schema}`;
}

/** Goes on with the run that was cut, on a connection of its own. */
async function upAgain({ schema }: CutRun, source: Source): Promise<void> {
	await using migrate = new Migrate({ source, driver: await postgres.open(urlOf(schema, server.port)) });
	await migrate.up();
}

async function ran({ schema }: CutRun): Promise<readonly number[]> {
	return (await other.query(`SELECT version FROM ${schema}.ran ORDER BY version`)).rows.map(({ version }) => version);
}

async function recorded({ schema }: CutRun): Promise<unknown> {
	return (await other.query(`SELECT version::int, dirty FROM ${schema}.schema_migrations`)).rows[0];
}

/** Looks at what a run has left. @returns Whether it is dirty. */
async function examine(run: CutRun, source: Source, about: string): Promise<boolean> {
	const { error } = run;
	if (isMigrateError(error, "ERR_MIGRATION_FAILED") && error.details.dirty) {
		const version = Number(error.details.version);
		expect(await recorded(run), about).toEqual({ version, dirty: true });
		const before = [1, 2, 3].slice(0, version - 1);
		expect([before, [...before, version]], about).toContainEqual(await ran(run));
		return true;
	}
	if (error !== undefined) {
		// Before the first migration: no server was found, or no lock was had.
		expect(await ran(run), about).toEqual([]);
		await upAgain(run, source);
	}
	expect(await ran(run), about).toEqual([1, 2, 3]);
	expect(await recorded(run), about).toEqual({ version: 3, dirty: false });
	return false;
}

describe.each([
	["each in a transaction", transactional],
	["each outside a transaction", outside],
])("a connection that is cut at every message of a run of three migrations, %s", (_, source) => {
	it(
		"leaves each of them run once, or says that the database is dirty, and it is",
		async () => {
			const { messages: all } = await runCutAt(0, source);
			expect(all).toBeGreaterThan(100);
			const left = Array.from({ length: all }, (_, index) => index + 1);
			let dirty = 0;
			const worker = async (): Promise<void> => {
				for (let number = left.shift(); number !== undefined; number = left.shift()) {
					const run = await runCutAt(number, source);
					if (await examine(run, source, `message ${number} of ${all}, ${run.cut}: ${run.error}`)) dirty += 1;
				}
			};
			await Promise.all(Array.from({ length: AT_ONCE }, worker));
			if (source === transactional) expect(dirty).toBe(0);
			else expect(dirty).toBeGreaterThan(2);
		},
		FULL_RUN_MS,
	);
});

describe("the token of a step", () => {
	it(
		"is what keeps a migration that was committed from being made again",
		async () => {
			const { messages: all } = await runCutAt(0, transactional);
			const committed = await numberOf(all, /^server C +COMMIT/);
			const run = await runCutAt(committed, transactional);
			expect(run.error).toBeUndefined();
			expect(await ran(run)).toEqual([1, 2, 3]);
			const withoutToken = (driver: Driver): Driver => ({ ...driver, lastToken: async () => "of another change" });
			expect((await runCutAt(committed, transactional, withoutToken)).error).toMatchObject({
				code: "ERR_MIGRATION_FAILED",
				cause: { code: "ERR_VERSION_MOVED" },
			});
		},
		FULL_RUN_MS,
	);
});

/** The number of the last message that reads like this: the COMMIT of the last migration, since to free the lock takes none. */
async function numberOf(all: number, text: RegExp): Promise<number> {
	for (let number = all; number > 0; number--) {
		if (text.test((await runCutAt(number, transactional)).cut ?? "")) return number;
	}
	throw new Error(`no message reads like ${text}`);
}
