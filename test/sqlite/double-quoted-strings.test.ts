import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { type MigrationFiles, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { native, node, wasm } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase } from "./test-database.ts";

const OPTION = "x-double-quoted-strings=true";

const fixture = new URL("../fixtures/golang-migrate/", import.meta.url);

/** The files that golang-migrate has run, and further ones. */
function folderWith(...bodies: readonly string[]): MigrationFiles {
	const folder = new URL("migrations/", fixture);
	const applied = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]);
	return Object.fromEntries([...applied, ...bodies.map((body, index) => [`${index + 3}_more.up.sql`, body])]);
}

const TABLE = "CREATE TABLE pets (kind TEXT, name TEXT, age INTEGER); INSERT INTO pets VALUES ('cat', 'Tom', 3);";

/** Where a folder of golang-migrate's may have a string in double quotes, what the file makes, and a query that shows that it is one. */
const PLACES: readonly (readonly [place: string, sql: string, query: string, rows: readonly unknown[]])[] = [
	["a value", `INSERT INTO pets VALUES ("dog", "Rex", 5);`, "SELECT name FROM animals WHERE kind = 'dog'", ["Rex"]],
	["an IN list", `DELETE FROM pets WHERE kind IN ("cat", "cow");`, "SELECT name FROM animals", []],
	[
		"a CHECK",
		`CREATE TABLE toys (kind TEXT CHECK (kind IN ("ball", "bone"))); INSERT INTO toys VALUES ('ball');
		INSERT OR IGNORE INTO toys VALUES ('knife');`,
		"SELECT kind AS name FROM toys",
		["ball"],
	],
	[
		"a trigger",
		`CREATE TRIGGER named AFTER INSERT ON pets WHEN new.kind = "dog" BEGIN UPDATE pets SET name = "Rex" WHERE kind = "dog"; END;
		INSERT INTO pets (kind) VALUES ('dog');`,
		"SELECT name FROM animals WHERE kind = 'dog'",
		["Rex"],
	],
	["a view", `CREATE VIEW cats AS SELECT name FROM pets WHERE kind = "cat";`, "SELECT name FROM cats", ["Tom"]],
	[
		"a DEFAULT",
		`CREATE TABLE toys (name TEXT DEFAULT "ball", price INTEGER); INSERT INTO toys (price) VALUES (1);`,
		"SELECT name FROM toys",
		["ball"],
	],
	[
		"an index",
		`CREATE UNIQUE INDEX one_cat ON pets (kind) WHERE kind = "cat"; INSERT OR IGNORE INTO pets VALUES ('cat', 'Kit', 1);`,
		"SELECT name FROM animals",
		["Tom"],
	],
];

const ALTERATIONS = `
	ALTER TABLE pets DROP COLUMN age;
	ALTER TABLE users RENAME COLUMN name TO full_name;
	ALTER TABLE pets RENAME TO animals;
`;

describe("x-double-quoted-strings=true on sqlite-node", () => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(node);
		copyFileSync(new URL("v2.db", fixture), db.path);
	});

	afterEach(() => db[Symbol.dispose]());

	/** Reads as a program does that takes double quotes for strings too: a view needs it. */
	const names = async (query: string): Promise<readonly unknown[]> => {
		await using driver = await db.open(OPTION);
		await driver.run(textBody(`CREATE TABLE seen AS ${query};`));
		return db.all("SELECT name FROM seen").map(({ name }) => name);
	};

	it.each(PLACES)(
		"takes %s, in a database of golang-migrate's, and alters the tables of such a database",
		async (_, sql, query, rows) => {
			const files = folderWith(TABLE, sql, ALTERATIONS);
			await db.up(files, { url: OPTION });
			expect(await db.version()).toEqual({ version: 5n, dirty: false });
			expect(await names(query)).toEqual(rows);
			expect(db.all("SELECT full_name FROM users ORDER BY id")).toEqual([{ full_name: "Ada" }, { full_name: "Grace" }]);
		},
	);

	it.each(PLACES)(
		"alters the tables of a database in which golang-migrate has left %s",
		async (_, sql, query, rows) => {
			using connection = node.connect(db.path, { doubleQuotedStrings: true });
			connection.exec(`${TABLE} ${sql} DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (4, 0);`);
			connection.close();
			await db.up(folderWith(TABLE, sql, ALTERATIONS), { url: OPTION });
			expect(await db.version()).toEqual({ version: 5n, dirty: false });
			expect(await names(query)).toEqual(rows);
		},
	);

	// A DEFAULT may be in double quotes always, and a view is looked at when it is used.
	it.each(PLACES.filter(([place]) => place !== "a DEFAULT" && place !== "a view"))(
		"is named by the error of a file with %s that runs without it",
		async (_, sql) => {
			const { cause } = await failedMigration("ERR_SQL", db.up(folderWith(TABLE, sql)));
			expect(cause.message).toContain("x-double-quoted-strings=true in a sqlite-node:// URL");
		},
	);

	it("holds in a database in memory and in one where something is tried", async () => {
		const body = textBody('CREATE TABLE t (a CHECK (a IN ("x"))); INSERT INTO t VALUES ("x");');
		await using memory = await node.factory.open(`sqlite-node://:memory:?${OPTION}`);
		await memory.run(body);
		await using scratch = await memory.scratch?.();
		await scratch?.run(body);
	});

	it("still takes a name in double quotes for a name", async () => {
		await db.up(folderWith('CREATE TABLE t AS SELECT "name" FROM users;'), { url: OPTION });
		expect(db.all("SELECT name FROM t ORDER BY name")).toEqual([{ name: "Ada" }, { name: "Grace" }]);
	});
});

describe.each([native, wasm])("x-double-quoted-strings=true on $name", (backend) => {
	it("is an error that names sqlite-node, in a URL and over a connection, and opens nothing", async () => {
		using db = createTestDatabase(backend);
		const { message, details } = await failure("ERR_INVALID_OPTION", db.open(OPTION));
		expect(message).toMatch(
			/^x-double-quoted-strings=true is not possible with [a-z0-9-]+, .* write the URL with sqlite-node:\/\//,
		);
		expect(details).toEqual({ option: "x-double-quoted-strings", value: "true" });
		await failure(
			"ERR_INVALID_OPTION",
			backend.factory.breakLocks(db.url(OPTION), async () => true),
		);
		expect(db.files()).toEqual([]);
		using connection = backend.connect(db.path);
		expect(() => connection.withInstance({ doubleQuotedStrings: true })).toThrow(
			"doubleQuotedStrings=true is not possible with",
		);
	});
});
