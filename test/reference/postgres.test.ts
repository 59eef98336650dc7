import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Migrate } from "@godwit/core";
import { postgres } from "@godwit/postgres";
import { fileSource } from "@godwit/source-file";
import fc from "fast-check";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { advisoryKey } from "../../packages/postgres/src/lock/advisory-lock.ts";
import { otherClient } from "../../packages/postgres/test/fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../../packages/postgres/test/fixtures/postgres-server.ts";
import { godwitCommand, golangMigrate, type MigrateCommand } from "./postgres-tools.ts";
import { buildReference } from "./reference.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Math.min(Number(process.env.GODWIT_SEQUENCES ?? 100), 20);
const ROUNDS = 20;
const MINUTES = 60_000;

/** golang-migrate's own command. */
let program: string;
let server: PostgresServer;
let other: pg.Client;
let folder: string;
let go: MigrateCommand;
let godwit: MigrateCommand;

beforeAll(async () => {
	program = (await buildReference()).migrate;
	server = await startPostgres();
	other = await otherClient(`${server.url}/postgres`);
	folder = mkdtempSync(join(tmpdir(), "godwit-pgx5-"));
	for (let version = 1; version <= 5; version++) {
		writeFileSync(
			join(folder, `${version}_t.up.sql`),
			`CREATE TABLE t${version} (id int); INSERT INTO ran VALUES (${version});`,
		);
		writeFileSync(
			join(folder, `${version}_t.down.sql`),
			`DROP TABLE t${version}; DELETE FROM ran WHERE version = ${version};`,
		);
	}
	go = golangMigrate(program, folder);
	godwit = godwitCommand(folder);
}, 15 * MINUTES);

afterAll(async () => {
	await other.end();
	await server[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

let databases = 0;

/** A database of its own, with the table that the migrations write to; its URL begins with a scheme that both tools know. */
async function newDatabase(): Promise<{ readonly name: string; readonly url: string }> {
	const name = `both_${++databases}`;
	await other.query(`CREATE DATABASE ${name}`);
	const url = `pgx5://godwit@127.0.0.1:${server.port}/${name}?sslmode=disable`;
	await using client = await clientOf(name);
	await client.query("CREATE TABLE ran (version int)");
	return { name, url };
}

const clientOf = (name: string): Promise<pg.Client & AsyncDisposable> => otherClient(`${server.url}/${name}`);

/** What a database holds that either tool makes. */
async function contentOf(name: string): Promise<Readonly<Record<"version" | "ran" | "tables", unknown>>> {
	await using client = await clientOf(name);
	const read = async (sql: string): Promise<readonly unknown[]> =>
		(await client.query({ text: sql, rowMode: "array" })).rows.flat();
	const [made] = await read("SELECT to_regclass('schema_migrations') IS NOT NULL");
	return {
		version: made === true ? await read("SELECT version, dirty FROM schema_migrations") : [],
		ran: await read("SELECT version FROM ran ORDER BY version"),
		tables: await read(String.raw`SELECT relname::text FROM pg_class WHERE relname ~ '^t\d$' ORDER BY 1`),
	};
}

/** What godwit's status says is applied, from the version and its history. */
async function appliedIn(url: string): Promise<readonly number[]> {
	const source = await fileSource.open(`file://${folder}`);
	await using migrate = new Migrate({ source, driver: await postgres.open(url) });
	const { migrations } = await migrate.status();
	return migrations
		.filter(({ state }) => state === "applied" || state === "adopted")
		.map(({ version }) => Number(version));
}

describe("golang-migrate's lock", () => {
	it.each([
		["", "schema_migrations"],
		["&x-migrations-table=other", "other"],
		["&x-migrations-table=%22apart%22.%22a%20b%22&x-migrations-table-quoted=1", "a b"],
		["&search_path=apart", "schema_migrations"],
	])("has the key that godwit computes: %s", async (query, table) => {
		const { name, url } = await newDatabase();
		await using client = await clientOf(name);
		await client.query("CREATE SCHEMA apart");
		const seen = mkdtempSync(join(tmpdir(), "godwit-key-"));
		writeFileSync(
			join(seen, "1_a.up.sql"),
			"CREATE TABLE public.seen AS SELECT ((classid::bigint << 32) | objid::bigint)::text AS key FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database());",
		);
		expect(await golangMigrate(program, seen)(`${url}${query}`, "up")).toMatchObject({ code: 0 });
		const schema = query.includes("apart") ? "apart" : "public";
		expect((await client.query("SELECT key FROM public.seen")).rows).toEqual([
			{ key: String(advisoryKey(`/${name}`, { schema, table })) },
		]);
		rmSync(seen, { recursive: true });
	});

	it(
		`keeps it and godwit apart when both start at the same moment, ${ROUNDS} rounds`,
		async () => {
			for (let round = 1; round <= ROUNDS; round++) {
				const { name, url } = await newDatabase();
				const ends = await Promise.all(
					round % 2 === 0 ? [go(url, "up"), godwit(url, "up")] : [godwit(url, "up"), go(url, "up")],
				);
				expect(ends.map(({ code }) => code)).toEqual([0, 0]);
				expect(await contentOf(name)).toMatchObject({ version: ["5", false], ran: [1, 2, 3, 4, 5] });
			}
		},
		15 * MINUTES,
	);
});

const anyStep = fc.oneof(
	fc.constantFrom<readonly string[]>(["up"], ["up", "1"], ["up", "2"], ["down", "1"], ["down", "2"], ["down", "-all"]),
	fc.integer({ min: 1, max: 5 }).map((version) => ["goto", String(version)]),
);

describe(`the two commands, ${numRuns} sequences, GODWIT_SEED=${seed}`, () => {
	it(
		"leave the same, whoever does a step, and the history names what is applied",
		async () => {
			const anySequence = fc.array(fc.record({ step: anyStep, by: fc.constantFrom("go", "godwit") }), {
				minLength: 1,
				maxLength: 5,
			});
			await fc.assert(
				fc.asyncProperty(anySequence, async (sequence) => {
					const [alone, ours, shared] = [await newDatabase(), await newDatabase(), await newDatabase()];
					for (const { step, by } of sequence) {
						await go(alone.url, ...step);
						await godwit(ours.url, ...step);
						await (by === "go" ? go : godwit)(shared.url, ...step);
						const content = await contentOf(alone.name);
						expect(await contentOf(ours.name)).toEqual(content);
						expect(await contentOf(shared.name)).toEqual(content);
						for (const { url } of [ours, shared]) expect(await appliedIn(url)).toEqual(content.ran);
					}
				}),
				{ seed, numRuns },
			);
		},
		30 * MINUTES,
	);
});
