import { Migrate, type MigrateOptions, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";

const FILES = {
	"1_t.up.sql": "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT);",
	"1_t.down.sql": "DROP TABLE t;",
	"2_f.up.sql":
		"-- godwit: until-done\nUPDATE t SET b = id WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5) */;",
	"2_f.down.sql":
		"-- godwit: until-done\nUPDATE t SET b = NULL WHERE b IS NOT NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NOT NULL LIMIT 5) */;",
};

let place: Place;

beforeEach(async () => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	await using migrate = await open();
	await migrate.steps(1);
	exec(
		place.path,
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO t (id) SELECT i FROM n",
	);
	await migrate.up();
});

async function open(options: MigrateOptions = {}, files: object = FILES): Promise<Migrate> {
	const driver = await factoryOf("sqlite-node").open(`sqlite-node://${place.path}`);
	return new Migrate({ source: memorySource({ ...files }), driver, ...options });
}

const filled = (): unknown => query(place.path, "SELECT count(*) FROM t WHERE b = id")[0]?.[0];

const ways = (applied: readonly { version: bigint; direction: string }[]): readonly string[] =>
	applied.map(({ version, direction }) => `${version}/${direction}`);

describe("redo", () => {
	it("of a file that is run in rounds reverts and applies that file alone", async () => {
		const files = { ...FILES, "2_f.down.sql": "UPDATE t SET b = NULL;" };
		await using migrate = await open({ transaction: "each" }, files);
		expect(ways((await migrate.redo(1)).applied)).toEqual(["2/down", "2/up"]);
		expect(filled()).toBe(20);
	});
});
