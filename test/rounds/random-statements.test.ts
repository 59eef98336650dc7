import { PGlite } from "@electric-sql/pglite";
import { type Driver, Migrate, type MigrateError, memorySource } from "@godwit/core";
import { pglite } from "@godwit/postgres";
import BetterSqlite3 from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { factoryOf } from "../files/backends.ts";
import { createPlace, query } from "../files/place.ts";
import {
	contentOf,
	expected,
	type PlainDatabase,
	type RandomStatement,
	STATEMENTS,
	setUp,
} from "./random-statements.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const RUNS = Number(process.env.GODWIT_RUNS ?? 6);

/** The rows in the end, or the code of what ended the run. */
type Outcome = { readonly rows: unknown } | { readonly code: string };

async function migrated(
	{ whole, batch }: RandomStatement,
	driver: Driver,
	all: PlainDatabase["all"],
): Promise<Outcome> {
	const files = { "1_a.up.sql": setUp(), "2_b.up.sql": `-- godwit: until-done\n${whole} /* godwit: ${batch} */;` };
	await using migrate = new Migrate({ source: memorySource(files), driver });
	try {
		await migrate.up();
	} catch (error) {
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
		return { code: ((error as Error).cause as MigrateError).code };
	}
	return { rows: await contentOf(all) };
}

/** Rounds end with the rows of the whole statement; or with an error, where the first of them shows that they would not. */
async function assertRight(
	statement: RandomStatement,
	open: () => Promise<PlainDatabase>,
	run: () => Promise<Outcome>,
): Promise<void> {
	const { rows, divisible, told } = await expected(statement, open);
	const found = await run();
	const of = `${statement.whole} /* godwit: ${statement.batch} */`;
	if (divisible) expect(found, of).toEqual({ rows });
	else if (told) expect(found, of).toMatchObject({ code: expect.stringMatching(/^ERR_/) });
}

describe("random statements in rounds on SQLite", () => {
	async function open(): Promise<PlainDatabase> {
		const database = new BetterSqlite3(":memory:");
		database.exec(setUp());
		return {
			all: async (sql) => database.prepare(sql).raw().all() as unknown[][],
			change: async (sql) => database.prepare(sql).run().changes,
			[Symbol.asyncDispose]: async () => void database.close(),
		};
	}

	async function run(statement: RandomStatement): Promise<Outcome> {
		using place = createPlace();
		const driver = await factoryOf("sqlite-node").open(`sqlite://${place.path}?x-synchronous=off`);
		return await migrated(statement, driver, async (sql) => query(place.path, sql));
	}

	it.each(STATEMENTS)("end as the whole statement does, or are refused: %s", async (_, statement) => {
		// Of several at once, since each waits between its rounds.
		const property = fc.asyncProperty(fc.array(statement, { minLength: 8, maxLength: 8 }), async (statements) => {
			await Promise.all(statements.map((one) => assertRight(one, open, () => run(one))));
		});
		await fc.assert(property, { seed, numRuns: RUNS });
	});
});

describe("random statements in rounds on PGlite", () => {
	let database: PGlite;

	beforeAll(async () => {
		database = await PGlite.create();
	});

	afterAll(() => database.close());

	const all: PlainDatabase["all"] = async (sql) =>
		(await database.query<unknown[]>(sql, [], { rowMode: "array" })).rows;

	async function empty(): Promise<void> {
		await database.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	}

	async function open(): Promise<PlainDatabase> {
		await empty();
		await database.exec(setUp());
		return {
			all,
			change: async (sql) => (await database.query(sql)).affectedRows ?? 0,
			[Symbol.asyncDispose]: async () => {},
		};
	}

	it.each(STATEMENTS)("end as the whole statement does, or are refused: %s", async (_, statement) => {
		const property = fc.asyncProperty(statement, async (one) => {
			await assertRight(one, open, async () => {
				await empty();
				return await migrated(one, pglite.withInstance(database), all);
			});
		});
		await fc.assert(property, { seed, numRuns: RUNS * 2 });
	});
});
