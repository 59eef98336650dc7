import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Migrate, type MigrateOptions, memorySource, type RehearsalReport, type Source } from "@godwit/core";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { type PostgresServer, startPostgres } from "../fixtures/postgres-server.ts";

let server: PostgresServer;
let admin: pg.Client;

beforeAll(async () => {
	server = await startPostgres(["max_prepared_transactions=2"]);
	admin = await otherClient(`${server.url}/postgres`);
});

afterAll(async () => {
	await admin.end();
	await server[Symbol.asyncDispose]();
});

beforeEach(() => admin.query("CREATE DATABASE app"));

afterEach(async () => {
	expect(await copies()).toEqual([]);
	await admin.query("DROP DATABASE app");
});

const FIRST = `
	CREATE TABLE notes (id int PRIMARY KEY, text text, kind int);
	CREATE TABLE tags (note int REFERENCES notes ON DELETE CASCADE, tag text);
	CREATE TABLE logs (line text);
	INSERT INTO notes VALUES (1, 'buy milk', 1), (2, 'call mum', 1), (10, 'sleep', 2);
	INSERT INTO tags VALUES (1, 'a'), (1, 'a'), (2, 'b');
	INSERT INTO logs VALUES ('x'), ('x'), (NULL), ('');
`;

type Files = Readonly<Record<string, string>>;

const url = (query = ""): string => `${server.url}/app${query}`;

const open = async (files: Files, options: MigrateOptions = {}, query = ""): Promise<Migrate> =>
	new Migrate({
		source: memorySource({ "1_first.up.sql": FIRST, ...files }),
		driver: await postgres.open(url(query)),
		...options,
	});

async function made(): Promise<void> {
	await using migrate = await open({});
	await migrate.up();
}

/** Rehearses files on a database that FIRST has made. */
async function rehearsed(files: Files, options: Parameters<Migrate["rehearse"]>[1] = {}): Promise<RehearsalReport> {
	await made();
	await using migrate = await open(files);
	return await migrate.rehearse(undefined, options);
}

/** The databases that rehearsals have made. */
async function copies(): Promise<readonly string[]> {
	const { rows } = await admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'godwit%'");
	return rows.map(({ datname }) => String(datname));
}

function countsOf({ rows }: RehearsalReport): Readonly<Record<string, readonly number[]>> {
	return Object.fromEntries(
		(rows?.tables ?? []).map(({ name, before, after, lost, changed, added }) => [
			name,
			[before, after, lost, changed, added],
		]),
	);
}

describe("rehearse on a server", () => {
	it("counts rows by key, and equal rows where there is none, and tells what a way back brings back", async () => {
		const report = await rehearsed({
			"2_b.up.sql":
				"DELETE FROM notes WHERE id = 1; UPDATE notes SET text = 'rest' WHERE id = 10; INSERT INTO notes VALUES (11, 'new', 1);\nDELETE FROM logs WHERE line IS NULL; ALTER TABLE notes DROP kind;",
			"2_b.down.sql": "ALTER TABLE notes ADD kind int; DELETE FROM notes WHERE id = 11;",
		});
		expect(countsOf(report)).toEqual({ notes: [3, 3, 1, 1, 1], tags: [3, 1, 2, 0, 0], logs: [4, 3, 1, 0, 0] });
		expect(report.rows?.tables.map(({ name, key, samples }) => [name, key, samples])).toEqual([
			["logs", [], { lost: ["line = NULL"], changed: [] }],
			["notes", ["id"], { lost: ["id = 1"], changed: ["id = 10"] }],
			["tags", [], { lost: ["note = 1, tag = 'a'"], changed: [] }],
		]);
		expect(report.rows).toMatchObject({ violations: [], damage: [], examined: false });
		expect(report.findings.map(({ rule, level, table, line, column }) => [rule, level, table, line, column])).toEqual([
			["lost-rows", "error", "logs", 2, 1],
			["lost-rows", "error", "notes", 1, 1],
			["lost-rows", "error", "tags", 1, 1],
			["down-loses-rows", "warning", undefined, undefined, undefined],
		]);
		expect(report.clean).toBe(false);
		expect(report.down).toMatchObject({ ran: true, schemaIsBack: true, rowsAreBack: false });
		expect(report.schema.changes).toMatchObject([{ change: "changed", kind: "table", name: "notes" }]);
		expect(report.migrations).toMatchObject([{ version: 2n, outcome: "ran", durationMs: expect.any(Number) }]);
	});

	it("knows a table and a column again under another name, and a table that is made anew", async () => {
		const report = await rehearsed({
			"2_b.up.sql": `
				ALTER TABLE notes RENAME TO "My Notes";
				ALTER TABLE "My Notes" RENAME text TO body;
				CREATE TABLE new_logs (line text, at int);
				INSERT INTO new_logs SELECT line, 1 FROM logs;
				DROP TABLE logs;
				ALTER TABLE new_logs RENAME TO logs;`,
			"2_b.down.sql": `ALTER TABLE "My Notes" RENAME body TO text; ALTER TABLE "My Notes" RENAME TO notes; ALTER TABLE logs DROP at;`,
		});
		expect(countsOf(report)).toEqual({ '"My Notes"': [3, 3, 0, 0, 0], tags: [3, 3, 0, 0, 0], logs: [4, 4, 0, 0, 0] });
		expect(report.findings).toEqual([]);
		expect(report.down).toMatchObject({ ran: true, schemaIsBack: true, rowsAreBack: true });
		expect(report.schema.changes.map(({ change, name, nameBefore }) => [change, name, nameBefore])).toEqual([
			["changed", "logs", undefined],
			["changed", '"My Notes"', "notes"],
			["changed", "tags", undefined],
		]);
	});

	it("counts the rows of partitions with their table, of heirs by themselves, and of tables without columns or a key", async () => {
		await using other = await otherClient(url());
		await other.query(`
			CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
			CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10);
			CREATE TABLE high PARTITION OF parts FOR VALUES FROM (10) TO (20);
			INSERT INTO parts VALUES (1), (11);
			CREATE TABLE people (name text);
			CREATE TABLE staff () INHERITS (people);
			INSERT INTO people VALUES ('a');
			INSERT INTO staff VALUES ('b'), ('c');
			CREATE TABLE bare ();
			INSERT INTO bare SELECT FROM generate_series(1, 3);
			CREATE TABLE "Odd ""Name'" ("Key" int UNIQUE, "a ""b'" text);
			INSERT INTO "Odd ""Name'" VALUES (NULL, 'x'), (NULL, 'y'), (1, 'z');`);
		await other.end();
		const report = await rehearsed({
			"2_b.up.sql": `
				UPDATE parts SET id = 12 WHERE id = 1;
				DELETE FROM staff WHERE name = 'b';
				TRUNCATE bare; INSERT INTO bare SELECT FROM generate_series(1, 1);
				DELETE FROM "Odd ""Name'" WHERE "Key" = 1;
				CREATE TABLE fresh AS SELECT generate_series(1, 2) AS a;`,
		});
		expect(countsOf(report)).toEqual({
			...{ notes: [3, 3, 0, 0, 0], tags: [3, 3, 0, 0, 0], logs: [4, 4, 0, 0, 0] },
			parts: [2, 2, 1, 0, 1],
			people: [1, 1, 0, 0, 0],
			staff: [2, 1, 1, 0, 0],
			bare: [3, 1, 2, 0, 0],
			'"Odd ""Name\'"': [3, 2, 1, 0, 0],
			fresh: [0, 2, 0, 0, 2],
		});
		expect(report.rows?.tables.find(({ name }) => name.startsWith('"Odd'))).toMatchObject({
			...{ key: [], samples: { lost: [`Key = 1, a "b' = 'z'`] } },
		});
	});

	it("takes NULL for a value of a row and never for a key, and a key only while the table has it", async () => {
		await using other = await otherClient(url());
		await other.query(`
			CREATE TABLE pairs (a int NOT NULL, b int NOT NULL, c text, d text, UNIQUE (a, b));
			INSERT INTO pairs VALUES (1, 1, NULL, 'x'), (1, 2, '', 'y');
			CREATE TABLE loose (id int PRIMARY KEY, a text);
			INSERT INTO loose VALUES (1, NULL), (2, '');`);
		await other.end();
		const report = await rehearsed({
			"2_b.up.sql": `
				UPDATE pairs SET c = '' WHERE b = 1;
				ALTER TABLE loose DROP CONSTRAINT loose_pkey; UPDATE loose SET a = NULL, id = 3 WHERE id = 2;`,
		});
		const shown = ["pairs", "loose"].map((table) => report.rows?.tables.find(({ name }) => name === table));
		expect(shown).toMatchObject([
			{ key: ["a", "b"], before: 2, changed: 1, lost: 0, samples: { changed: ["a = 1, b = 1"] } },
			{ key: [], before: 2, changed: 1, lost: 0, samples: { changed: ["id = 2, a = ''"] } },
		]);
	});

	it("shows a few of the rows of a table that is gone, by its key, cut where they are long", async () => {
		await using other = await otherClient(url());
		await other.query(`
			CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES;
			CREATE TABLE unused (id int);
			CREATE TABLE keyed (text text, id int PRIMARY KEY);
			INSERT INTO keyed SELECT 't', id FROM generate_series(8, 12) AS id;
			CREATE TABLE wide (a text, b int, c int, d int, e int, f int);
			INSERT INTO wide VALUES (repeat('q', 61), 1, 2, 3, 4, 5);
			CREATE TABLE remade (a text);
			INSERT INTO remade VALUES ('x'), ('y');`);
		await other.end();
		const report = await rehearsed({
			"2_b.up.sql":
				"DROP TABLE bare, unused, keyed, wide, remade; CREATE TABLE remade (b text); INSERT INTO remade VALUES ('x');",
		});
		const tables = (report.rows?.tables ?? []).filter(({ name }) => !["notes", "tags", "logs"].includes(name));
		expect(tables.map(({ name, exists, lost, added, samples }) => [name, exists, lost, added, samples.lost])).toEqual([
			["bare", false, 1, 0, ["a row without columns"]],
			["keyed", false, 5, 0, ["id = 8", "id = 9", "id = 10"]],
			["remade", true, 2, 1, []],
			["unused", false, 0, 0, []],
			["wide", false, 1, 0, [`a = '${"q".repeat(60)}…', b = 1, c = 2, d = 3, e = 4`]],
		]);
	});

	it("finds the statement that takes rows of tables away which refer to themselves, to each other and to a partition", async () => {
		await using other = await otherClient(url());
		await other.query(`
			CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
			CREATE TABLE left_half (id int PRIMARY KEY);
			CREATE TABLE right_half (id int PRIMARY KEY REFERENCES left_half ON DELETE CASCADE);
			ALTER TABLE left_half ADD FOREIGN KEY (id) REFERENCES right_half ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
			CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
			CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10);
			CREATE TABLE leaf (id int REFERENCES left_half ON DELETE CASCADE);
			CREATE TABLE of_low (id int REFERENCES low ON DELETE CASCADE);
			INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);
			BEGIN; INSERT INTO left_half VALUES (1); INSERT INTO right_half VALUES (1); COMMIT;
			INSERT INTO leaf VALUES (1);
			INSERT INTO parts VALUES (1); INSERT INTO of_low VALUES (1);`);
		await other.end();
		const report = await rehearsed({
			"2_b.up.sql":
				"DELETE FROM tree WHERE id = 1;\nDELETE FROM right_half;\nDELETE FROM parts WHERE FALSE;\nDELETE FROM low;",
		});
		expect(report.findings.filter(({ rule }) => rule === "lost-rows").map(({ table, line }) => [table, line])).toEqual([
			["leaf", 2],
			["left_half", 2],
			["of_low", 4],
			["parts", 3],
			["right_half", 2],
			["tree", 1],
		]);
	});

	it("says of a file that cannot be read that it fails", async () => {
		const report = await rehearsed({ "2_b.up.sql": "DELETE FROM logs;", "3_c.up.sql": "SELECT 'never closed" });
		expect(report.findings).toMatchObject([
			{ rule: "fails", location: "3_c.up.sql", message: expect.stringContaining("is never closed") },
		]);
		expect(report.migrations).toMatchObject([{ outcome: "ran" }, { outcome: "failed" }]);
	});

	it("lets a file lose rows that says so, and a table that is named, and no other", async () => {
		const allowed = await rehearsed({ "2_b.up.sql": "-- godwit: allow lost-rows\nDROP TABLE tags;" });
		expect(allowed.findings).toMatchObject([
			{ rule: "lost-rows", level: "note", table: "tags", line: 2 },
			{ rule: "down-missing" },
		]);
		expect(allowed.clean).toBe(true);
		const files = { "2_b.up.sql": "TRUNCATE notes, tags;" };
		const named = await rehearsed(files, { allowLoss: ["tags"] });
		expect(named.findings.filter(({ level }) => level === "error")).toMatchObject([{ table: "notes" }]);
	});

	it("tells of other objects than tables, and of constraints that nobody has checked", async () => {
		const report = await rehearsed({
			"2_b.up.sql": `
				CREATE TYPE mood AS ENUM ('good', 'bad');
				CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
				CREATE SEQUENCE counter;
				CREATE VIEW v AS SELECT id FROM notes;
				CREATE INDEX i ON notes (text);
				CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
				ALTER TABLE logs ADD CONSTRAINT short CHECK (length(line) < 1) NOT VALID;`,
			"2_b.down.sql": "DROP VIEW v;",
		});
		expect(report.schema.changes.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual([
			"changed table logs",
			"added index i",
			"added view m",
			"added view v",
			"added function one()",
			"added sequence counter",
			"added type mood",
		]);
		expect(report.gaps).toEqual([
			"the rows of the materialized view m were not compared",
			"the constraint short of logs is NOT VALID: the server has not looked at the rows that are there",
		]);
		expect(report.findings).toMatchObject([{ rule: "down-is-not-inverse" }]);
	});

	it("tells where a file fails on these rows, and goes on with the database as it was", async () => {
		const report = await rehearsed({ "2_b.up.sql": "SELECT 1;\nCREATE UNIQUE INDEX u ON logs (line);" });
		expect(report.findings).toMatchObject([{ rule: "fails", line: 2, column: 1 }]);
		expect(report).toMatchObject({ clean: false, to: 1n });
		expect(report.migrations).toMatchObject([{ outcome: "failed" }]);
	});

	it("has nothing to tell where nothing is pending", async () => {
		const report = await rehearsed({});
		expect(report).toMatchObject({ clean: true, migrations: [], from: 1n, to: 1n });
	});

	it("copies the settings of the database, and leaves out what its user may not read", async () => {
		await using other = await otherClient(url());
		await other.query(
			"CREATE SCHEMA apart; CREATE TABLE apart.hidden (a int); CREATE ROLE rehearser LOGIN CREATEDB; ALTER DATABASE app OWNER TO rehearser; GRANT USAGE, CREATE ON SCHEMA apart TO rehearser; CREATE TABLE apart.policed (a int); ALTER TABLE apart.policed ENABLE ROW LEVEL SECURITY; GRANT SELECT ON apart.policed TO rehearser; ALTER DATABASE app SET search_path = apart",
		);
		await other.end();
		const { rows } = await admin.query("SELECT oid FROM pg_database WHERE datname = 'app'");
		const ofAnother = `godwit_rehearsal_${rows[0].oid}_of_another`;
		await admin.query(`CREATE DATABASE ${ofAnother}`);
		const driver = await postgres.open(url().replace("godwit@", "rehearser@"));
		await using migrate = new Migrate({ source: memorySource({ "1_a.up.sql": "CREATE TABLE a (b int);" }), driver });
		const report = await migrate.rehearse();
		expect(report.schema.changes).toMatchObject([{ change: "added", name: "a" }]);
		expect(report.gaps).toEqual([
			"the rows of hidden were not compared, since this user may not read them all: permission denied for table hidden",
			'the rows of policed were not compared, since this user may not read them all: query would be affected by row-level security policy for table "policed"',
		]);
		expect(report.clean).toBe(true);
		expect(await copies()).toEqual([ofAnother]);
		await admin.query(`DROP DATABASE ${ofAnother}`);
	});

	it.each([
		"ALTER SYSTEM SET work_mem = '9MB'",
		"CREATE ROLE reacher",
		"DROP USER IF EXISTS reacher",
		"GRANT pg_monitor TO godwit",
		"GRANT CONNECT ON DATABASE app TO PUBLIC",
		"ALTER DATABASE app SET work_mem = '9MB'",
		"COPY notes TO '/tmp/reached.csv'",
		"COPY notes TO PROGRAM 'true'",
		"COMMENT ON DATABASE app IS 'x'",
		"SELECT pg_reload_conf()",
		"DO $$ BEGIN EXECUTE 'CREATE ROLE reacher'; END $$",
		"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN COPY notes TO '/tmp/reached.csv'; END $f$",
	])("does not run %s, and is not clean", async (sql) => {
		const state =
			"SELECT (SELECT count(*) FROM pg_roles)::text || (SELECT coalesce(string_agg(datname || datacl::text, ','), '') FROM pg_database) || (SELECT count(*) FROM pg_db_role_setting) || (SELECT count(*) FROM pg_shdescription) AS state";
		const before = (await admin.query(state)).rows;
		const report = await rehearsed({ "2_b.up.sql": `SELECT 1;\n${sql};` });
		expect(report.findings).toMatchObject([{ rule: "not-rehearsed", level: "error", line: 2, column: 1 }]);
		expect(report.reached).toMatchObject([{ how: "not run", sql: expect.stringContaining(sql) }]);
		expect((await admin.query(state)).rows).toEqual(before);
	});

	it("does not write the rows of a foreign table", async () => {
		await using other = await otherClient(url());
		await other.query(
			"CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far_away (a int) SERVER s",
		);
		await other.end();
		const report = await rehearsed({ "2_b.up.sql": "DELETE FROM far_away;" });
		expect(report.findings[0]).toMatchObject({
			rule: "not-rehearsed",
			message: expect.stringContaining("far_away reaches"),
		});
	});

	it("runs what stays in the database", async () => {
		const report = await rehearsed({
			"2_b.up.sql":
				"GRANT SELECT ON notes TO PUBLIC; NOTIFY x; LISTEN x; COMMENT ON TABLE notes IS 'CREATE ROLE'; DO $$ BEGIN UPDATE logs SET line = 'y'; END $$; CREATE EXTENSION IF NOT EXISTS plpgsql;",
		});
		expect(report).toMatchObject({ clean: true, reached: [] });
	});

	it("says who else is connected, and ends nobody's session", async () => {
		await made();
		await using other = await otherClient(`${url()}?application_name=shop`);
		await other.query("BEGIN; DELETE FROM logs; PREPARE TRANSACTION 'it''s on its way'");
		const more = await Promise.all(Array.from({ length: 5 }, () => otherClient(`${url()}?application_name=shop`)));
		await using migrate = await open({ "2_b.up.sql": "SELECT 1;" });
		const session = String.raw`backend \d+ of godwit application shop at 127\.0\.0\.1 idle`;
		await expect(migrate.rehearse()).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringMatching(
				new RegExp(
					`^app cannot be copied to rehearse on it: others are connected to it \\(prepared transaction 'it''s on its way' of godwit; (?:${session}; ){4}2 more\\); PostgreSQL copies a database only while nobody else is connected to it: disconnect them, commit or roll back what is prepared, or`,
				),
			),
		});
		expect((await other.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
		await other.query("ROLLBACK PREPARED 'it''s on its way'");
		for (const client of more) await client.end();
	});

	it("says which right is missing", async () => {
		await made();
		await admin.query("CREATE ROLE bare LOGIN");
		await using other = await otherClient(url());
		await other.query("GRANT pg_read_all_data TO bare");
		await other.end();
		await using migrate = new Migrate({
			source: memorySource({ "1_first.up.sql": FIRST, "2_b.up.sql": "SELECT 1;" }),
			driver: await postgres.open(url().replace("godwit@", "bare@")),
		});
		await expect(migrate.rehearse()).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringContaining("permission denied to create database; the user needs the right CREATEDB"),
		});
	});

	it("cannot be over a client that was lent, nor in a folder", async () => {
		await made();
		await using client = await otherClient(url());
		const source = memorySource({ "1_first.up.sql": FIRST, "2_b.up.sql": "SELECT 1;" });
		await using migrate = new Migrate({ source, driver: postgres.withInstance(client) });
		await expect(migrate.rehearse()).rejects.toThrow("open the database by URL");
		await expect(migrate.rehearse(undefined, { directory: "/tmp" })).rejects.toThrow("leave -copy-dir out");
	});

	it("drops what a killed rehearsal has left, unless somebody is connected to it", async () => {
		await made();
		const { rows } = await admin.query("SELECT oid::text FROM pg_database WHERE datname = 'app'");
		const [left, used, others] = ["left", "used", "others"].map((word) =>
			word === "others" ? "godwit_rehearsal_1_others" : `godwit_rehearsal_${rows[0].oid}_${word}`,
		);
		for (const name of [left, used, others]) await admin.query(`CREATE DATABASE ${name}`);
		const user = await otherClient(`${server.url}/${used}`);
		await using migrate = await open({ "2_b.up.sql": "SELECT 1;" });
		expect((await migrate.rehearse()).clean).toBe(true);
		expect((await copies()).toSorted()).toEqual([others, used].toSorted());
		await user.end();
		await admin.query(`DROP DATABASE ${others}`);
		expect((await migrate.rehearse()).clean).toBe(true);
	});

	it("is dropped when the rows cannot be kept", async () => {
		await using other = await otherClient(url());
		await other.query(`
			CREATE TYPE broken AS (a int);
			CREATE FUNCTION refuse(broken) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'no text'; END $$;
			CREATE CAST (broken AS text) WITH FUNCTION refuse(broken);
			CREATE TABLE odd (a broken);
			INSERT INTO odd VALUES (ROW(1));`);
		await other.end();
		await made();
		await using migrate = await open({ "2_b.up.sql": "SELECT 1;" });
		await expect(migrate.rehearse()).rejects.toThrow("no text");
	});

	it("is dropped when a setting of the database cannot be set for it", async () => {
		await admin.query("CREATE ROLE owner LOGIN CREATEDB; ALTER DATABASE app OWNER TO owner");
		await admin.query("ALTER DATABASE app SET log_min_messages = 'error'");
		const driver = await postgres.open(url().replace("godwit@", "owner@"));
		await using unable = new Migrate({ source: memorySource({ "1_a.up.sql": "SELECT 1;" }), driver });
		await expect(unable.rehearse()).rejects.toThrow("log_min_messages");
	});

	it("is left to nobody when the session that makes it ends", async () => {
		await made();
		await using _other = await otherClient(url());
		await using migrate = await open({ "2_b.up.sql": "SELECT 1;" });
		const failed = expect(migrate.rehearse()).rejects.toMatchObject({
			code: "ERR_CONNECTION_LOST",
		});
		const end =
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE \"godwit%' AND state = 'active'";
		while ((await admin.query(end)).rows.length === 0);
		await failed;
	});

	it("tells of a time limit that the server keeps while it copies as that", async () => {
		await made();
		await using _other = await otherClient(url());
		await using migrate = await open({ "2_b.up.sql": "SELECT 1;" }, {}, "?options=-cstatement_timeout%3D300");
		await expect(migrate.rehearse()).rejects.toMatchObject({ message: expect.stringContaining("statement timeout") });
	});

	it("drops what a process has left that was killed", async () => {
		await made();
		const files = { "1_first.up.sql": FIRST, "2_b.up.sql": "SELECT 1;" };
		const script = fileURLToPath(new URL("../fixtures/rehearsal-process.ts", import.meta.url));
		const child = spawn(process.execPath, [script, url(), JSON.stringify(files)], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const exited = once(child, "exit");
		await Promise.race([once(child.stdout, "data"), exited]);
		child.kill("SIGKILL");
		await exited;
		expect(await copies()).toHaveLength(1);
		const sessions = "SELECT FROM pg_stat_activity WHERE datname = 'app' OR datname LIKE 'godwit%'";
		while ((await admin.query(sessions)).rows.length > 0);
		await using migrate = await open(files);
		expect((await migrate.rehearse()).clean).toBe(true);
	});

	it("is dropped when a signal stops the rehearsal", async () => {
		await made();
		const controller = new AbortController();
		const options: MigrateOptions = {
			signal: controller.signal,
			onEvent: ({ type }) => type === "rehearsing" && controller.abort(new Error("enough")),
		};
		await using migrate = await open({ "2_b.up.sql": "SELECT 1;", "3_c.up.sql": "SELECT 1;" }, options);
		await expect(migrate.rehearse()).rejects.toThrow("enough");
	});

	it("holds the migration lock from the copy to the run that it comes before", async () => {
		const seen: string[] = [];
		/** A source that looks at the server whenever a way back is asked for, which the rehearsal does while there is a copy. */
		const watched = (up: string): Source => {
			const source = memorySource({ "1_first.up.sql": FIRST, "2_b.up.sql": up, "2_b.down.sql": "SELECT 1;" });
			const readDown = source.readDown.bind(source);
			return Object.assign(source, {
				readDown: async (version: bigint) => {
					const { rows } = await admin.query(
						"SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE 'godwit%') || ' copies, ' || (SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = 'app') || ' locks' AS seen",
					);
					seen.push(rows[0].seen);
					return readDown(version);
				},
			});
		};
		await made();
		{
			const driver = await postgres.open(url());
			await using migrate = new Migrate({ source: watched("DELETE FROM logs;"), driver, rehearse: true });
			await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_REHEARSAL" });
			expect(await migrate.version()).toMatchObject({ version: 1n, dirty: false });
		}
		expect(seen).toContain("1 copies, 1 locks");
		{
			const driver = await postgres.open(url());
			await using migrate = new Migrate({ source: watched("SELECT 1;"), driver, rehearse: true });
			expect((await migrate.up()).applied).toHaveLength(1);
		}
		expect(new Set(seen)).toEqual(new Set(["1 copies, 1 locks", "0 copies, 1 locks"]));
	});

	it("names a copy of a database with a long name within what the server allows", async () => {
		const long = "ä".repeat(31);
		await admin.query(`CREATE DATABASE "${long}"`);
		{
			await using migrate = new Migrate({
				source: memorySource({ "1_first.up.sql": FIRST }),
				driver: await postgres.open(`${server.url}/${encodeURIComponent(long)}`),
			});
			expect((await migrate.rehearse()).clean).toBe(true);
		}
		await admin.query(`DROP DATABASE "${long}"`);
	});
});
