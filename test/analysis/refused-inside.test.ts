import { textBody } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { backends } from "../sqlite/backends.ts";
import { createTestDatabase } from "../sqlite/test-database.ts";
import { analysedFile, found } from "./analysed.ts";

describe.each(backends)("what a run on $name refuses inside the transaction around a file", (backend) => {
	it.each([
		"COMMIT;",
		"END TRANSACTION;",
		"BEGIN;",
		"ROLLBACK;",
		"PRAGMA journal_mode = WAL;",
		"VACUUM;",
		"VACUUM INTO 'copy.db';",
		"PRAGMA synchronous = 1;",
		"PRAGMA main.synchronous(0);",
	])("is an error of the analysis, with the words of the run: %s", async (sql) => {
		using db = createTestDatabase(backend);
		await using driver = await db.open();
		const error = await driver.run(textBody(`SELECT 1;\n ${sql}`)).catch((thrown) => thrown);
		const file = await analysedFile(backend, `SELECT 1;\n ${sql}\nDROP TABLE missing;`);
		expect(error).toBeInstanceOf(Error);
		expect(file.fails).toBe(true);
		expect(file.findings).toEqual([{ rule: "fails", level: "error", line: 2, column: 2, message: error.message }]);
	});

	it("is none of what may stand there", async () => {
		const file = await analysedFile(backend, "SAVEPOINT s;\nROLLBACK TO s;\nRELEASE s;\nPRAGMA synchronous;");
		expect(found(file)).toEqual([]);
	});

	it("may stand in a file that runs outside one", async () => {
		const file = await analysedFile(
			backend,
			"-- godwit: no-transaction\nBEGIN;\nCOMMIT;\nVACUUM;\nPRAGMA synchronous = 1;",
		);
		expect(found(file)).toEqual([]);
	});
});
