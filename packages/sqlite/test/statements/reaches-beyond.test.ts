import { describe, expect, it } from "vitest";
import { reachesBeyond } from "../../src/statements/reaches-beyond.ts";

describe("reachesBeyond", () => {
	it.each([
		["ATTACH 'other.db' AS other;", { sql: "ATTACH", line: 1, column: 1 }],
		["select 1;\n/* a */ attach database 'other.db' as other", { sql: "ATTACH", line: 2, column: 9 }],
		["VACUUM INTO 'copy.db';", { sql: "VACUUM INTO", line: 1, column: 1 }],
		["vacuum main/* a */into 'copy.db'", { sql: "VACUUM INTO", line: 1, column: 1 }],
	])("finds what opens a file in %j", (text, found) => {
		expect(reachesBeyond(text)).toEqual(found);
	});

	it.each([
		"VACUUM;",
		"DROP TABLE attach;",
		"SELECT 'ATTACH', \"into\"; -- ATTACH 'other.db' AS other",
		"DETACH other;",
		"",
	])("finds nothing in %j", (text) => {
		expect(reachesBeyond(text)).toBeUndefined();
	});

	it("rejects what cannot be split, or not be run in rounds", () => {
		const hidden = "-- godwit: until-done\nDELETE FROM t /* godwit: WHERE a; VACUUM INTO 'copy.db' */;";
		expect(() => reachesBeyond(hidden)).toThrow(/line 2, column 35 .*second statement/);
		expect(() => reachesBeyond("select 'never closed")).toThrow(/never closed|not closed|unclosed/i);
	});
});
