import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { pglite } from "../src/index.ts";

/** What is compared, and how, the tests on a server show. */
describe("rehearse on PGlite", () => {
	it("runs outside a transaction, in rounds, and in the schema of the caller's search path", async () => {
		const database = await PGlite.create();
		onTestFinished(() => database.close());
		await database.exec("CREATE SCHEMA apart; SET search_path = apart");
		const files = {
			"1_a.up.sql": "CREATE TABLE a (b int); INSERT INTO a SELECT generate_series(1, 10);",
			"2_b.up.sql": "-- godwit: no-transaction\nCREATE INDEX CONCURRENTLY i ON a (b); SET search_path = public;",
			"3_c.up.sql":
				"-- godwit: until-done\nUPDATE a SET b = 0 WHERE b > 0 /* godwit: AND b IN (SELECT b FROM a WHERE b > 0 LIMIT 4) */;",
		};
		const open = (): Migrate => new Migrate({ source: memorySource(files), driver: pglite.withInstance(database) });
		{
			await using migrate = open();
			await migrate.steps(1);
		}
		await using migrate = open();
		const report = await migrate.rehearse();
		expect(report).toMatchObject({ clean: true, from: 1n, to: 3n });
		expect(report.rows?.tables).toMatchObject([{ name: "a", before: 10, after: 10, lost: 0, changed: 10, added: 0 }]);
		expect((await database.query("SELECT version FROM apart.schema_migrations")).rows).toEqual([{ version: 1 }]);
		expect((await database.query("SHOW search_path")).rows).toEqual([{ search_path: "apart" }]);
	});

	it("comes first where it is asked for, and nothing runs when it is not clean", async () => {
		const folder = mkdtempSync(join(tmpdir(), "godwit-pglite-"));
		onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
		const driver = await pglite.open(`pglite://${folder}/database`);
		const source = memorySource({
			"1_a.up.sql": "CREATE TABLE logs (line text); INSERT INTO logs VALUES ('x'); CREATE ROLE reader;",
			"2_b.up.sql": "DELETE FROM logs; DROP ROLE reader;",
		});
		await using migrate = new Migrate({ source, driver, rehearse: true });
		expect((await migrate.steps(1)).applied).toHaveLength(1);
		await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_REHEARSAL" });
		expect(await migrate.version()).toMatchObject({ version: 1n, dirty: false });
	});
});
