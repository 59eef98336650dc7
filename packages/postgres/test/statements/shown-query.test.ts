import { describe, expect, it } from "vitest";
import { shownQuery } from "../../src/statements/shown-query.ts";

describe("shownQuery", () => {
	it.each([
		["SELECT  1\n\tFROM t -- all\n", "SELECT 1 FROM t -- all"],
		["ALTER ROLE ada PASSWORD 'it''s'; SELECT $1, \"a'b\"", "ALTER ROLE ada PASSWORD '...'; SELECT $1, \"a'b\""],
		["SELECT E'a\\'b', U&'c', $$d$$, $x$ e $x$, B'1'", "SELECT '...', '...', '...', '...', '...'"],
		["ALTER ROLE ada PASSWORD 'cut o", "ALTER ROLE ada PASSWORD ..."],
		["SELECT $$cut o", "SELECT ..."],
		["x".repeat(300), "x".repeat(200)],
	])("hides what is in strings: %s", (query, shown) => {
		expect(shownQuery(query)).toBe(shown);
	});
});
