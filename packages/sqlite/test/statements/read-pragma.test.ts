import { describe, expect, it } from "vitest";
import { readPragma } from "../../src/statements/read-pragma.ts";

describe("readPragma", () => {
	it.each([
		["PRAGMA Foreign_Keys = ON", undefined, "foreign_keys"],
		["PRAGMA main.user_version", "main", "user_version"],
		["pragma/* a */\"main\" . 'User_Version'(1)", "main", "user_version"],
	])("reads the names in %j", (sql, schema, name) => {
		expect(readPragma(sql)).toMatchObject({ schema, name });
	});

	it.each(["PRAGMA", "PRAGMA main.", "SELECT 1", "PRAGMA 'a"])("reads none in %j", (sql) => {
		expect(readPragma(sql)).toBeUndefined();
	});
});
