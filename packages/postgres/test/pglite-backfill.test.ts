import { PGlite } from "@electric-sql/pglite";
import { check, memorySource } from "@godwit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pglite } from "../src/index.ts";
import { describeBackfills, FILES } from "./fixtures/backfill-tests.ts";

let database: PGlite;

beforeAll(async () => {
	database = await PGlite.create();
});

afterAll(() => database.close());

describeBackfills("PGlite", async () => ({
	open: async () => pglite.withInstance(database),
	query: async (sql) => (await database.query<unknown[]>(sql, [], { rowMode: "array" })).rows.map(([first]) => first),
	async [Symbol.asyncDispose]() {
		await database.exec("ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	},
}));

describe("a check of a backfill for PostgreSQL", () => {
	const ENDLESS = "-- godwit: until-done\nINSERT INTO after_it SELECT id FROM t WHERE true /* godwit: LIMIT 7 */;";

	it.each([
		["passes one that ends", {}, undefined],
		["finds one that is endless", { "4_x.up.sql": ENDLESS }, 4n],
	])("%s", async (_, more, stoppedAt) => {
		await using driver = await pglite.open("pglite://:memory:");
		const report = await check(memorySource({ ...FILES, ...more }), driver);
		expect(report.stoppedAt).toBe(stoppedAt);
		if (stoppedAt === undefined) return;
		expect(report.findings).toContainEqual(
			expect.objectContaining({ message: expect.stringMatching(/7 rows,.*NOT EXISTS/) }),
		);
	});
});
