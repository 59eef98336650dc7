import { copyFileSync, rmSync } from "node:fs";
import type { MigrationFiles } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Backend, native, wasm } from "./backends.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

const FILES: MigrationFiles = {
	"1_users.up.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, born REAL);",
	"1_users.down.sql": "DROP TABLE users;",
	"2_posts.up.sql": `
		CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users ON DELETE CASCADE, body JSON,
			title TEXT GENERATED ALWAYS AS (body ->> '$.title') STORED);
		CREATE INDEX by_author ON posts (author, lower(title)) WHERE author IS NOT NULL;
		CREATE VIEW titles AS SELECT title FROM posts;
		INSERT INTO users (name, born) VALUES ('Ada', 1815.94), ('größe 🐦', NULL);
		INSERT INTO posts (author, body) VALUES (1, '{"title": "Notes"}'), (2, '{"title": "Zug"}');`,
	"2_posts.down.sql": "DROP VIEW titles; DROP TABLE posts; DELETE FROM users;",
	"3_search.up.sql": `
		CREATE VIRTUAL TABLE search USING fts5(title, content='posts', content_rowid='id');
		CREATE TRIGGER posts_ai AFTER INSERT ON posts BEGIN
			INSERT INTO search (rowid, title) VALUES (new.id, new.title);
		END;
		INSERT INTO search (search) VALUES ('rebuild');`,
	"3_search.down.sql": "DROP TRIGGER posts_ai; DROP TABLE search;",
	"4_rebuild.up.sql": `
		CREATE TABLE new_users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, born REAL);
		INSERT INTO new_users SELECT * FROM users;
		DROP TABLE users;
		ALTER TABLE new_users RENAME TO users;
		ALTER TABLE users ADD COLUMN big INTEGER NOT NULL DEFAULT 9223372036854775807;`,
	"4_rebuild.down.sql": "ALTER TABLE users DROP COLUMN big;",
	"5_vacuum.up.sql": "-- godwit: no-transaction\nVACUUM;\nANALYZE;",
	"5_vacuum.down.sql": "DROP TABLE sqlite_stat1;",
};

const SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";
const DATA = [
	"SELECT * FROM users",
	"SELECT * FROM posts",
	"SELECT rowid, title FROM search WHERE search MATCH 'notes'",
	"SELECT * FROM sqlite_sequence ORDER BY name",
	"SELECT * FROM sqlite_stat1 ORDER BY tbl, idx",
	"SELECT version, dirty FROM schema_migrations",
	"SELECT id, locked, owner FROM schema_migrations_lock",
];

describe("sqlite-native and sqlite-wasm", () => {
	let labs: readonly [TestDatabase, TestDatabase];

	beforeEach(() => {
		labs = [createTestDatabase(native), createTestDatabase(wasm)];
	});

	afterEach(() => {
		for (const db of labs) db[Symbol.dispose]();
	});

	it("end in byte-identical schemas and equal data, going up and coming down", async () => {
		const [one, two] = labs;
		for (const db of labs) await db.up(FILES);
		expect(one.all(SCHEMA)).toEqual(two.all(SCHEMA));
		expect(one.all(SCHEMA).length).toBeGreaterThan(15);
		for (const sql of DATA) {
			expect(one.all(sql)).toEqual(two.all(sql));
			expect(one.all(sql)).not.toEqual([]);
		}
		for (const db of labs) await db.down(FILES);
		expect(one.all(SCHEMA)).toEqual(two.all(SCHEMA));
		expect(one.schema().filter((object) => !(object as { name: string }).name.startsWith("sqlite_"))).toEqual([]);
	});

	it.each([
		[native, wasm],
		[wasm, native],
	])("take over each other's databases: $name first", async (first: Backend, second: Backend) => {
		using before = createTestDatabase(first);
		using after = createTestDatabase(second);
		await before.migrate(FILES, (migrate) => migrate.steps(3));
		copyFileSync(before.path, after.path);
		await after.up(FILES);
		expect(await after.version()).toEqual({ version: 5n, dirty: false });
		rmSync(before.path);
		copyFileSync(after.path, before.path);
		await before.down(FILES);
		expect(await before.version()).toEqual({ version: -1n, dirty: false });
	});
});
