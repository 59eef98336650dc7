import { isMigrateError, textBody } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { readBody } from "../../src/statements/read-body.ts";
import { endsTransaction, isConcurrent, needsNoTransaction } from "../../src/statements/transaction-rules.ts";

const statements = async (text: string) => (await readBody(textBody(text))).statements;

async function refusal(text: string): Promise<unknown> {
	return readBody(textBody(text)).then(
		() => undefined,
		(error: unknown) =>
			isMigrateError(error, "ERR_INVALID_BODY") ? { ...error.details, message: error.message } : error,
	);
}

describe("readBody", () => {
	it.each([
		['SELECT 1;\nSELECT "a', "quoted identifier"],
		["SELECT 1;\nSELECT 'a'", undefined],
		["SELECT 1;\nSELECT E'a", "string"],
		["SELECT 1;\n/* a", "comment"],
		["SELECT 1;\nDO $a$ b", "dollar-quoted string"],
	])("of %j tells what is never closed: %s", async (text, what) => {
		const refused = (await refusal(text)) as { readonly message: string } | undefined;
		if (what === undefined) expect(refused).toBeUndefined();
		else expect(refused?.message).toMatch(new RegExp(`^${what} opened at line 2, column \\d+ is never closed; add `));
	});

	it("knows which changes of a database need no transaction around them", async () => {
		const [move, rename, system] = await statements(
			"ALTER DATABASE d SET TABLESPACE t; ALTER DATABASE d RENAME TO e; ALTER SYSTEM SET work_mem = 1;",
		);
		expect([move, rename, system].map((statement) => statement && needsNoTransaction(statement))).toEqual([
			true,
			false,
			true,
		]);
	});

	it("gives each statement with its place and its first words", async () => {
		const text = "\uFEFF-- größe 🐦\r\nCREATE UNIQUE INDEX\n\ti ON t (a);\n  /* 🐦 */ SELECT 1";
		expect(await statements(text)).toMatchObject([
			{ line: 2, column: 1, keyword: "CREATE", words: ["CREATE", "UNIQUE", "INDEX", "I", "ON", "T"] },
			{ line: 4, column: 12, keyword: "SELECT", sql: "SELECT 1" },
		]);
	});

	it("reads directives before the first statement, and refuses one that is misspelt", async () => {
		const { directives } = await readBody(textBody("/* a */\n-- godwit: no-transaction\nSELECT 1; -- godwit: nothing"));
		expect([...directives]).toEqual(["no-transaction"]);
		expect(await refusal("SELECT 1;")).toBeUndefined();
		expect(await refusal("\n-- godwit: no-transactoin\n")).toMatchObject({ problem: "unknown-directive", line: 2 });
	});

	it.each([
		["SELECT 1;\n\\i other.sql\n", { problem: "psql-command", line: 2, column: 1 }],
		["\\restrict abc\nSELECT 1;", { problem: "psql-command", line: 1, column: 1 }],
		["SELECT 1;\nCOPY t (a) FROM STDIN;\n1\t'2\n\\.\n", { problem: "copy-from-stdin", line: 2, column: 1 }],
		["copy t from /* */ stdin with csv;", { problem: "copy-from-stdin" }],
		["SELECT 1;\n  SELECT 'a", { problem: "unclosed-string", line: 2, column: 10 }],
		["SELECT 1;\n SELECT $a$ a", { problem: "unclosed-dollar-quoted-string", line: 2, column: 9 }],
		["SELECT\n\0;", { problem: "nul-byte", line: 2, column: 1 }],
	])("refuses %j, with its place", async (text, expected) => {
		expect(await refusal(text)).toMatchObject(expected);
	});

	it.each(["COPY t FROM '/tmp/stdin'", "COPY t TO STDOUT", "SELECT '\\i'", "SELECT 1 AS stdin"])(
		"takes %j as it is",
		async (text) => {
			expect(await refusal(text)).toBeUndefined();
		},
	);
});

describe("what a transaction permits", () => {
	it.each([
		"BEGIN",
		"start transaction",
		"COMMIT AND CHAIN",
		"END",
		"ABORT",
		"ROLLBACK",
		"rollback /* to */ work",
		"PREPARE TRANSACTION 'a'",
		"COMMIT PREPARED 'a'",
	])("%s ends it", async (sql) => {
		expect((await statements(sql)).map(endsTransaction)).toEqual([true]);
	});

	it.each(["ROLLBACK TO a", "rollback work to savepoint a", "SAVEPOINT a", "RELEASE a", "PREPARE p AS SELECT 1"])(
		"%s does not",
		async (sql) => {
			expect((await statements(sql)).map(endsTransaction)).toEqual([false]);
		},
	);

	it.each([
		["CREATE INDEX CONCURRENTLY i ON t (a)", true],
		["CREATE UNIQUE INDEX CONCURRENTLY ON t (a)", true],
		["DROP INDEX CONCURRENTLY i", true],
		["REINDEX (VERBOSE) TABLE CONCURRENTLY t", true],
		["REINDEX TABLE t", false],
		["REINDEX TABLE schema", false],
		["REINDEX TABLE system", false],
		["REINDEX DATABASE d", true],
		["REINDEX (VERBOSE) SCHEMA s", true],
		["VACUUM", true],
		["CREATE DATABASE d", true],
		["DROP TABLESPACE d", true],
		["ALTER SYSTEM SET a = 1", true],
		["ALTER TABLE t DETACH PARTITION p CONCURRENTLY", true],
		["ALTER TABLE t ADD COLUMN concurrently int", false],
		["CREATE INDEX i ON t (a)", false],
		["REFRESH MATERIALIZED VIEW CONCURRENTLY v", false],
		["ALTER TYPE t ADD VALUE 'a'", false],
		["DISCARD ALL", true],
		["CLUSTER", true],
		["CLUSTER t", false],
	])("%s has to run outside one: %s", async (sql, needs) => {
		expect((await statements(sql)).map(needsNoTransaction)).toEqual([needs]);
	});

	it("knows what builds an index beside its users", async () => {
		const all = await statements("CREATE INDEX CONCURRENTLY i ON t (a); REINDEX INDEX CONCURRENTLY i; VACUUM;");
		expect(all.map(isConcurrent)).toEqual([true, true, false]);
	});
});
