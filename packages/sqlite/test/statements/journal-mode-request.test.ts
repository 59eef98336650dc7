import { describe, expect, it } from "vitest";
import { journalModeRequest } from "../../src/statements/journal-mode-request.ts";

describe("journalModeRequest", () => {
	it.each([
		["PRAGMA journal_mode=WAL;", "main", "wal"],
		["PRAGMA journal_mode == wal", "main", "wal"],
		["PRAGMA journal_mode('Delete');", "main", "delete"],
		['PRAGMA /* a */ "Other" . [journal_mode] -- b\n ( "bogus" );', "Other", "bogus"],
		["PRAGMA 'it''s'.journal_mode = off;", "it's", "off"],
		["PRAGMA journal_mode = ", "main", ""],
	])("reads %j", (sql, schema, mode) => {
		expect(journalModeRequest({ sql, keyword: "PRAGMA", line: 1, column: 1 })).toEqual({ schema, mode });
	});

	it.each([
		"PRAGMA journal_mode;",
		"PRAGMA other.journal_mode",
		"PRAGMA journal_size_limit = 5;",
		"PRAGMA journal_mode.user_version = 5;",
		"PRAGMA",
		"PRAGMA main.",
	])("finds none in %j", (sql) => {
		expect(journalModeRequest({ sql, keyword: "PRAGMA", line: 1, column: 1 })).toBeUndefined();
	});

	it("finds none in another statement", () => {
		const sql = "EXPLAIN PRAGMA journal_mode=WAL";
		expect(journalModeRequest({ sql, keyword: "EXPLAIN", line: 1, column: 1 })).toBeUndefined();
	});
});
