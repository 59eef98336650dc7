import { describe, expect, it } from "vitest";
import { NIL_VERSION, type Schema, type SchemaTable, writeSchema } from "../../../src/index.ts";

function column(name: string, type: string, more: object = {}): SchemaTable["columns"][number] {
	return { name, type, notNull: false, primaryKey: 0, generated: false, ...more };
}

const toParent = { parentColumns: [], onUpdate: "NO ACTION", onDelete: "NO ACTION" };

const schema: Schema = {
	version: 9_007_199_254_740_993n,
	dirty: false,
	objects: [
		{ kind: "table", name: "p", table: "p", sql: "CREATE TABLE p (a)" },
		{ kind: "view", name: "v", table: "v", sql: "CREATE VIEW v AS\nSELECT 1" },
	],
	tables: [
		{
			name: 'the "table"',
			columns: [
				column("id", "INTEGER", { primaryKey: 1 }),
				column("the p", "DECIMAL(10, 2)", { notNull: true }),
				column("maybe", ""),
				column("1st", "TEXT"),
			],
			foreignKeys: [
				{ columns: ["maybe"], parent: "p", ...toParent },
				{ columns: ["the p"], parent: "p", ...toParent },
			],
			uniques: [["id"], ["the p"]],
		},
		{ name: "empty", columns: [], foreignKeys: [], uniques: [] },
	],
};

describe("writeSchema", () => {
	it("writes statements, and the version in a comment behind them", () => {
		expect(writeSchema(schema, "sql")).toBe(
			"CREATE TABLE p (a);\n\nCREATE VIEW v AS\nSELECT 1;\n\n-- godwit: version 9007199254740993\n",
		);
	});

	it("says in the comment that no migration was applied, and that the database is dirty", () => {
		const empty = { ...schema, objects: [], version: NIL_VERSION };
		expect(writeSchema(empty, "sql")).toBe("-- godwit: version none\n");
		expect(writeSchema({ ...empty, version: 3n, dirty: true }, "sql")).toBe("-- godwit: version 3, dirty\n");
	});

	it("writes a document whose version is a string", () => {
		const document = JSON.parse(writeSchema(schema, "json"));
		expect(document).toEqual({ godwit: 1, ...schema, version: "9007199254740993" });
	});

	it("draws tables, keys and references, with names that Mermaid can read", () => {
		expect(writeSchema(schema, "mermaid")).toBe(`erDiagram
  "the  table " {
    INTEGER id PK
    DECIMAL(10_2) the_p FK, UK "the p, not null"
    any maybe FK
    TEXT _1st "1st"
  }
  "p" |o--o{ "the  table " : "maybe"
  "p" ||--o| "the  table " : "the p"
  "empty"
`);
	});

	// Each of these was a parse error of Mermaid 11.17 as it is.
	it("draws tables and columns that are called by words of Mermaid's own, or by nothing it can write", () => {
		const names = ["pk", "FK-1", "uk()", "pkey", "a~b~c", ""];
		const columns = names.map((name) => column(name, name));
		const tables = ["class", "one", ""].map((name) => ({ name, columns, foreignKeys: [], uniques: [] }));
		const drawn = `{
    _pk _pk "pk"
    _FK-1 _FK-1 "FK-1"
    _uk() _uk() "uk()"
    pkey pkey
    a_b_c a_b_c "a b c"
    any _ ""
  }`;
		expect(writeSchema({ ...schema, tables }, "mermaid")).toBe(`erDiagram
  "class" ${drawn}
  "one" ${drawn}
  " " ${drawn}
`);
	});
});
