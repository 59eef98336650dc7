import { Migrate, memorySource } from "@godwit/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backends, type Connection } from "./backends.ts";
import {
	anyRebuildScenario,
	type Contents,
	expectedContents,
	expectedViolations,
	isWrapped,
	migrationSql,
	type RebuildScenario,
	setUpSql,
} from "./rebuild-scenario.ts";
import { createTestDatabase, ups } from "./test-database.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

function contentsOf(connection: Connection, { tables }: RebuildScenario): Contents {
	const number = (value: unknown): number | null => (value === null ? null : Number(value));
	return {
		tables: tables.map(({ references }, table) => {
			const rows = connection.all(`SELECT * FROM t${table} ORDER BY id`);
			return new Map(
				rows.map((row) => {
					const points = references.map((_, index) => number(row[`p${index}`]));
					return [Number(row.id), { points, rebuilt: Number(row.rebuilt) }];
				}),
			);
		}),
		log: connection.all("SELECT entry FROM log ORDER BY rowid").map(({ entry }) => String(entry)),
	};
}

function violationsOf(connection: Connection): readonly string[] {
	const violations = connection.all("PRAGMA foreign_key_check");
	return violations.map(({ table, rowid, parent }) => `${table} ${rowid} ${parent}`).sort();
}

describe.each(backends)("random migrations that rebuild tables, on $name", (backend) => {
	it("lose no row that they do not delete themselves, and break no foreign key beside", async () => {
		const property = fc.asyncProperty(anyRebuildScenario, async (scenario) => {
			using db = createTestDatabase(backend);
			using connection = backend.connect(db.path);
			connection.exec(setUpSql(scenario));
			connection.exec("PRAGMA foreign_keys=ON");
			const before = expectedContents({ ...scenario, migrations: [] });
			expect(contentsOf(connection, scenario)).toEqual(before);
			expect(violationsOf(connection)).toEqual(expectedViolations(scenario, before));

			const { migrations, door, transaction } = scenario;
			// A DELETE may well orphan rows, and then the check would refuse it.
			const check = migrations.every(({ steps }) => steps.every(({ kind }) => kind === "rebuild"));
			if (door === "url") connection.close();
			const driver =
				door === "url"
					? await db.open(`x-synchronous=off&x-foreign-key-check=${check}`)
					: connection.withInstance({ synchronous: "off", foreignKeyCheck: check });
			{
				const source = memorySource(ups(...migrations.map((migration) => migrationSql(scenario, migration))));
				const together = transaction === "all" && migrations.every(isWrapped);
				await using migrate = new Migrate({ source, driver, transaction: together ? "all" : "each" });
				await migrate.up();
				expect(await migrate.version()).toEqual({ version: BigInt(migrations.length), dirty: false });
			}

			using after = backend.connect(db.path);
			const expected = expectedContents(scenario);
			expect(contentsOf(after, scenario)).toEqual(expected);
			expect(violationsOf(after)).toEqual(expectedViolations(scenario, expected));
		});
		await fc.assert(property, { seed, numRuns: 75 });
	});
});
