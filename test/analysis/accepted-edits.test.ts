import { formatSeal, type MigrationFiles, memorySource, sealOf } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { createTestDatabase, failure } from "../sqlite/test-database.ts";

const first = { "1_a.up.sql": "CREATE TABLE a (x);" };
const edited = { "1_a.up.sql": "CREATE TABLE a (x TEXT);" };
const second = { "2_b.up.sql": "CREATE TABLE b (x);" };

/** With a seal that accepts what was done to the first file. */
async function accepting(before: MigrationFiles, after: MigrationFiles): Promise<MigrationFiles> {
	const sealed = formatSeal(await sealOf(memorySource(before), new Set()));
	const source = memorySource({ ...after, "godwit.sum": sealed });
	return { ...after, "godwit.sum": formatSeal(await sealOf(source, new Set(["1_a.up.sql"]))) };
}

describe.each(backends)("an edit that the seal accepts, on $name", (backend) => {
	it("is no error, and the next up with something to run records it", async () => {
		using db = createTestDatabase(backend);
		await db.up(first);
		const files = await accepting(first, edited);
		const before = await db.migrate(files, (migrate) => migrate.status());
		expect(before.migrations.map(({ state }) => state)).toEqual(["applied"]);
		expect(before.findings).toMatchObject([{ kind: "accepted", level: "note", versions: [1n] }]);

		await db.up(files);
		expect(await db.migrate(files, (migrate) => migrate.status())).toEqual(before);

		const more = await accepting({ ...first, ...second }, { ...edited, ...second });
		await db.up(more);
		const events = await db.migrate(more, (migrate) => migrate.history());
		expect(events.map(({ op, version, note }) => ({ op, version, note }))).toEqual([
			{ op: "up", version: 1n, note: undefined },
			{ op: "accept", version: 1n, note: "godwit.sum" },
			{ op: "up", version: 2n, note: undefined },
		]);
		const { "godwit.sum": _, ...without } = more;
		expect((await db.migrate(without, (migrate) => migrate.status())).findings).toEqual([]);
	});

	it("is that very edit: of what ran, to what is there", async () => {
		using db = createTestDatabase(backend);
		await db.up(first);
		const other = { "1_a.up.sql": "CREATE TABLE a (x BLOB);" };
		const fromOther = await accepting(other, edited);
		await failure("ERR_CHANGED", db.up({ ...fromOther, ...second }));
		const toOther = { ...(await accepting(first, edited)), ...other, ...second };
		await failure("ERR_CHANGED", db.up(toOther));
	});
});
