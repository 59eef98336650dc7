import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { createTestDatabase } from "../sqlite/test-database.ts";
import { analysed, analysedFile, effectsOf } from "./analysed.ts";

const setUp = "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE TABLE queue (id INTEGER PRIMARY KEY);";
const batch = "/* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT 5) */";

describe.each(backends)("a file that runs in rounds, on $name", (backend) => {
	it.each([
		["a LIMIT outside of the comment", `UPDATE t SET b = a WHERE id IN (SELECT id FROM t LIMIT 5) ${batch};`],
		["a second statement", `UPDATE t SET b = a WHERE b IS NULL ${batch};\n  DELETE FROM t;`],
		["no batch", "UPDATE t SET b = a WHERE b IS NULL;"],
		["no statement", ""],
		["DDL", "DROP TABLE t;"],
		["a batch that SQLite refuses", "DELETE FROM t WHERE b IS NULL /* godwit: AND missing = 1 */;"],
	])("fails with the words of the run for %s", async (_, sql) => {
		const file = `-- godwit: until-done\n${sql}`;
		using db = createTestDatabase(backend);
		db.exec(setUp);
		await using migrate = new Migrate({ source: memorySource({ "1_a.up.sql": file }), driver: await db.open() });
		const { cause } = await migrate.up().catch((thrown) => thrown);
		const { files } = await analysed(backend, [file, "SELECT 1;"], { setUp });
		expect(files).toMatchObject([{ fails: true, rounds: true, transaction: false }]);
		const { line, column } = cause.details;
		expect(files[0]?.findings).toMatchObject([{ rule: "fails", level: "error", line, column }]);
		expect(cause.message).toContain(files[0]?.findings[0]?.message);
	});

	it("is not in one transaction, and does what the whole statement does", async () => {
		const file = `-- godwit: until-done\nDELETE FROM t /* godwit: WHERE id IN (SELECT id FROM t LIMIT 5) */;`;
		expect(await analysedFile(backend, file, { setUp })).toMatchObject({
			...{ fails: false, rounds: true, transaction: false, findings: [] },
			statements: [{ line: 2, column: 1, writes: ["t"], everyRow: true }],
		});
		expect(await analysedFile(backend, "SELECT 1;")).toMatchObject({ rounds: false, transaction: true });
	});

	it("reads what its batch reads, and is not known as far as its batch is not", async () => {
		const file = (condition: string): string =>
			`-- godwit: until-done\nUPDATE t SET b = a WHERE b IS NULL /* godwit: AND ${condition} */;`;
		expect(await effectsOf(backend, file("id IN (SELECT id FROM queue LIMIT 5)"), { setUp })).toEqual({
			reads: ["queue"],
			writes: ["t"],
		});
		expect(await effectsOf(backend, file("mine(id)"), { setUp })).toEqual({
			writes: ["t"],
			unknown: "it needs what is not known here (no such function: mine)",
		});
	});
});
