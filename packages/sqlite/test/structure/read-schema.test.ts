import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { SqliteConnection, SqlRow } from "../../src/connection/sqlite-connection.ts";
import { readSchema } from "../../src/structure/read-schema.ts";

/** What reading a schema needs of a binding. */
function connect(database: DatabaseSync): SqliteConnection {
	const query: SqliteConnection["query"] = (sql, parameters = []) => {
		const statement = database.prepare(sql);
		statement.setReadBigInts(true);
		return statement.all(...parameters) as unknown as readonly SqlRow[];
	};
	return { query } as SqliteConnection;
}

function schemaOf(...statements: readonly string[]): ReturnType<typeof readSchema> {
	const database = new DatabaseSync(":memory:");
	try {
		for (const sql of statements) database.exec(sql);
		return readSchema(connect(database), (table) => table === "schema_migrations");
	} finally {
		database.close();
	}
}

const everything = [
	"CREATE TABLE zebra (id INTEGER PRIMARY KEY AUTOINCREMENT, p_id INT REFERENCES zebra ON DELETE CASCADE, g AS (id + 1))",
	"CREATE TABLE parent (a TEXT, b TEXT DEFAULT 'x;y', PRIMARY KEY (b, a)) WITHOUT ROWID",
	"CREATE INDEX z_index ON parent (a) WHERE a > 'm' -- a comment at the end",
	"CREATE VIEW view_of AS SELECT * FROM zebra -- another\n",
	"CREATE TRIGGER a_trigger AFTER INSERT ON zebra BEGIN SELECT 1; END",
	"CREATE VIRTUAL TABLE found USING fts5 (words)",
	"CREATE TABLE schema_migrations (version uint64)",
	"CREATE UNIQUE INDEX version_unique ON schema_migrations (version)",
	"INSERT INTO zebra (p_id) VALUES (NULL)",
	"ANALYZE",
];

describe("readSchema", () => {
	it("has what statements made, tables first, and nothing of SQLite's, of virtual tables' or of godwit's own", () => {
		expect(schemaOf(...everything).objects.map(({ kind, name, table }) => `${kind} ${name} of ${table}`)).toEqual([
			"table found of found",
			"table parent of parent",
			"table zebra of zebra",
			"index z_index of parent",
			"view view_of of view_of",
			"trigger a_trigger of zebra",
		]);
	});

	it("has statements that make the same schema on an empty database, each with a semicolon after it", () => {
		const schema = schemaOf(...everything);
		expect(schemaOf(schema.objects.map(({ sql }) => `${sql};`).join("\n"))).toEqual(schema);
	});

	it("has columns, keys and foreign keys", () => {
		const { tables } = schemaOf(
			"CREATE TABLE p (id INTEGER PRIMARY KEY, code VARCHAR(8) NOT NULL UNIQUE, a, b, CHECK (a > 0))",
			"CREATE UNIQUE INDEX some ON p (a) WHERE b",
			"CREATE UNIQUE INDEX expression ON p (a + b)",
			"CREATE TABLE c (x, y DEFAULT (1 + 2), z AS (x) STORED, FOREIGN KEY (y, x) REFERENCES p (a, b) ON UPDATE SET NULL, FOREIGN KEY (x) REFERENCES p)",
		);
		expect(tables).toEqual([
			{
				name: "c",
				columns: [
					{ name: "x", type: "", notNull: false, primaryKey: 0, generated: false },
					{ name: "y", type: "", notNull: false, default: "1 + 2", primaryKey: 0, generated: false },
					{ name: "z", type: "", notNull: false, primaryKey: 0, generated: true },
				],
				foreignKeys: [
					{ columns: ["x"], parent: "p", parentColumns: [], onUpdate: "NO ACTION", onDelete: "NO ACTION" },
					{ columns: ["y", "x"], parent: "p", parentColumns: ["a", "b"], onUpdate: "SET NULL", onDelete: "NO ACTION" },
				],
				uniques: [],
			},
			{
				name: "p",
				columns: [
					{ name: "id", type: "INTEGER", notNull: false, primaryKey: 1, generated: false },
					{ name: "code", type: "VARCHAR(8)", notNull: true, primaryKey: 0, generated: false },
					{ name: "a", type: "", notNull: false, primaryKey: 0, generated: false },
					{ name: "b", type: "", notNull: false, primaryKey: 0, generated: false },
				],
				foreignKeys: [],
				uniques: [["code"], ["id"]],
			},
		]);
	});
});
