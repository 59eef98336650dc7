import { describe, expect, it } from "vitest";
import { asksNoStore } from "../../src/statements/asks-no-store.ts";
import { meaning } from "../../src/statements/meaning.ts";
import { reachesBeyond } from "../../src/statements/reaches-beyond.ts";

describe("asksNoStore", () => {
	it.each([
		["-- godwit: no-store\nSELECT 1;", true],
		["SELECT 1; -- godwit: no-store", false],
		["SELECT 'never closed", true],
	])("of %j is %s", (text, expected) => {
		expect(asksNoStore(text)).toBe(expected);
	});
});

describe("meaning", () => {
	it("leaves layout and comments out, and keeps case and strings", () => {
		expect(meaning("/* a */ select  a -- b\n from B;")).toBe("select a from B ;");
		expect(meaning("SELECT 'a  b'")).not.toBe(meaning("SELECT 'a b'"));
	});

	it("is none for a text that cannot be read", () => {
		expect(meaning("SELECT 'never closed")).toBeUndefined();
	});
});

describe("reachesBeyond", () => {
	it.each([
		["SELECT 1;\n COPY t TO '/tmp/x';", { sql: "COPY", line: 2, column: 2 }],
		["LOAD 'x';", { sql: "LOAD", line: 1, column: 1 }],
		["ALTER SYSTEM SET work_mem = 1;", { sql: "ALTER SYSTEM", line: 1, column: 1 }],
		["CREATE SERVER s FOREIGN DATA WRAPPER w;", { sql: "CREATE SERVER", line: 1, column: 1 }],
		["CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p;", { sql: "CREATE SUBSCRIPTION", line: 1, column: 1 }],
		["SELECT pg_read_file('/etc/passwd');", { sql: "pg_read_file", line: 1, column: 1 }],
		["SELECT * FROM dblink_connect('');", { sql: "dblink_connect", line: 1, column: 1 }],
		["SELECT 'COPY'; ALTER TABLE t ADD b int;", undefined],
	])("finds in %j %j", (text, found) => {
		expect(reachesBeyond(text)).toEqual(found);
	});
});
