import type { SqliteConnection } from "@godwit/sqlite";
import { describe, expect, it } from "vitest";
import { readTableNames } from "../src/effects/table-names.ts";
import { hasWords, indexOfWord, namesInParentheses, objectName } from "../src/rules/object-name.ts";
import { placedAt, placeOfRemoval } from "../src/rules/whole-file/placed-at.ts";

const tokens = (...texts: readonly string[]): Parameters<typeof objectName>[0] =>
	texts.map((text) => ({ text, bare: true })) as unknown as Parameters<typeof objectName>[0];

describe("the name of an object", () => {
	it("may have that of its schema before it", () => {
		expect(objectName(tokens("table", "main", ".", "t", "("), 1)).toEqual({ schema: "main", name: "t", end: 4 });
		expect(objectName(tokens("table", "t", "("), 1)).toEqual({ name: "t", end: 2 });
		expect(objectName(tokens("table", "main", "."), 1)).toEqual({ name: "main", end: 2 });
		expect(objectName(tokens("table"), 1)).toBeUndefined();
	});

	it("is found beside words and in parentheses", () => {
		expect(hasWords(tokens("if", "not", "exists"), 1, "not", "exists")).toBe(true);
		expect(hasWords(tokens("if", "not"), 1, "not", "exists")).toBe(false);
		expect(indexOfWord(tokens("a", "set"), "set")).toBe(1);
		expect(indexOfWord(tokens("a"), "set")).toBe(-1);
		expect(namesInParentheses(tokens("(", "a", ",", "b", ")"), 0)).toEqual(["a", "b"]);
	});
});

describe("the place of an object in a file without statements", () => {
	it("is its beginning", () => {
		expect(placedAt({ statements: [] }, "t")).toEqual({ line: 1, column: 1 });
		expect(placeOfRemoval({ statements: [] }, "t")).toEqual({ line: 1, column: 1 });
	});
});

describe("the names of tables in bytecode", () => {
	const names = (query: SqliteConnection["query"]): ReturnType<typeof readTableNames> =>
		readTableNames({ query, resultCode: () => undefined } as unknown as SqliteConnection);

	it("are numbers where no table is known, and pointers are none", () => {
		const { ofRoot, ofPointer, ownerOf } = names(() => []);
		expect(ofRoot(0n, 7n)).toBe("?0:7");
		expect(ofPointer("vtab:1")).toBeUndefined();
		expect(ownerOf("t")).toBeUndefined();
	});

	it("are not read over a failure that is none of SQLite's", () => {
		const query = (sql: string): readonly Record<string, unknown>[] => {
			if (sql.startsWith("EXPLAIN")) throw new TypeError("closed");
			if (sql.startsWith("PRAGMA")) return [{ seq: 0n, name: "main" }];
			return sql.includes("rootpage") ? [{ type: "table", name: "v", tbl_name: "v", rootpage: 0n }] : [];
		};
		expect(() => names(query as SqliteConnection["query"])).toThrow("closed");
	});
});
