import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import { type Driver, Migrate, memorySource, textBody } from "@godwit/core";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { postgres } from "../../src/index.ts";
import { advisoryKey } from "../../src/lock/advisory-lock.ts";
import { otherClient } from "../fixtures/postgres-harness.ts";
import { useServer } from "../fixtures/use-server.ts";

const server = useServer();

afterEach(() =>
	server.other.query(
		"ROLLBACK; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC",
	),
);

const open = (query = ""): Promise<Driver> => postgres.open(`${server.url}/postgres${query}`);

/** What a migration says of itself when it fails as the only one. */
async function failureOf(sql: string, query = ""): Promise<{ readonly message: string; readonly cause: unknown }> {
	await using migrate = new Migrate({ source: memorySource({ "1_a.up.sql": sql }), driver: await open(query) });
	return await migrate.up().then(
		() => {
			throw new Error(`${sql} does not fail`);
		},
		(error) => error,
	);
}

async function value(sql: string): Promise<unknown> {
	return Object.values((await server.other.query(sql)).rows[0] ?? {})[0];
}

const KEY = advisoryKey("/postgres", { schema: "public", table: "schema_migrations" });

describe("the first up on a database that has the tables", () => {
	it("names baseline, which compares nothing on a server", async () => {
		await server.other.query("CREATE TABLE users (a int)");
		const { message, cause } = await failureOf("CREATE TABLE users (a int);");
		expect(message).toMatch(/was there already: .*, "godwit baseline V -force" records that version, compares nothing/);
		expect(cause).toMatchObject({ code: "ERR_SQL", details: { exists: true } });
	});

	it("does not name it on an empty one, where the file itself has made the table before", async () => {
		const { message } = await failureOf("CREATE TABLE users (a int); CREATE TABLE users (a int);");
		expect(message).toMatch(/already exists\nrolled back; the database is without any migration and not dirty$/);
	});
});

describe("the lock", () => {
	it("is not to be had while golang-migrate has its own, and names who has it", async () => {
		await server.other.query(`SET application_name = 'migrate'; SELECT pg_advisory_lock(${KEY})`);
		await using driver = await open();
		await expect(driver.lock({ timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: expect.stringMatching(/^backend \d+ of the application "migrate" at 127\.0\.0\.1$/) },
		});
		await server.other.query(`SELECT pg_advisory_unlock(${KEY})`);
		await driver.lock({ timeoutMs: 0 });
		expect(await value(`SELECT pg_try_advisory_lock(${KEY})`)).toBe(false);
		await driver.unlock();
		expect(await value(`SELECT pg_try_advisory_lock(${KEY})`)).toBe(true);
		await server.other.query(`SELECT pg_advisory_unlock(${KEY})`);
	});

	it("waits without a transaction, so that CREATE INDEX CONCURRENTLY of its holder ends", async () => {
		await using holder = await open();
		await using waiter = await open();
		await holder.lock();
		const waiting = waiter.lock({ timeoutMs: 60_000 });
		await holder.run(
			textBody("-- godwit: no-transaction\nCREATE TABLE t (a int); CREATE INDEX CONCURRENTLY i ON t (a);"),
		);
		await holder.unlock();
		await waiting;
	});

	it("of a session that has ended is taken over at once", async () => {
		await using holder = await open();
		await holder.lock();
		await server.other.query(
			"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'godwit'",
		);
		await using next = await open();
		await next.lock({ timeoutMs: 0 });
		await expect(holder.setVersion({ version: 1n, dirty: false })).rejects.toMatchObject({ code: "ERR_LOCK_LOST" });
		await holder.close().catch(() => {});
	}, 60_000);

	it("is held on in a new session when nobody has taken it meanwhile", async () => {
		await using driver = await open();
		await driver.lock();
		await server.other.query(
			"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'godwit'",
		);
		await driver.setVersion({ version: 1n, dirty: false });
		expect(await value(`SELECT pg_try_advisory_lock(${KEY})`)).toBe(false);
		await driver.unlock();
	});

	it("is cleared with the session that has it, when that is agreed to", async () => {
		await using holder = await open();
		await holder.lock();
		const asked: string[] = [];
		const url = `${server.url}/postgres`;
		const answer = (yes: boolean) => async (holder: string) => asked.push(holder) > 0 && yes;
		expect(await postgres.breakLocks(url, answer(false))).toBe(0);
		expect(await postgres.breakLocks(url, answer(true))).toBe(1);
		expect(asked[1]).toMatch(
			/^process \d+ on host .+: backend \d+ of the application "godwit" at 127\.0\.0\.1, connected for [\d:]+, idle for [\d:]+: .+\nto clear the lock ends this session$/s,
		);
		expect(await postgres.breakLocks(url, answer(true))).toBe(0);
		await using next = await open();
		await next.lock({ timeoutMs: 0 });
		await holder.close().catch(() => {});
	}, 60_000);
});

describe("a body", () => {
	it("that fails is told with its place, its detail and its hint, and leaves nothing", async () => {
		const { message, cause } = await failureOf(
			"CREATE TABLE t (a int UNIQUE);\n  /* 🐦 */ INSERT INTO t VALUES (1), (1);",
		);
		expect(message).toBe(
			'1_a.up.sql:2:12: duplicate key value violates unique constraint "t_a_key"; detail: Key (a)=(1) already exists.\nrolled back; the database is without any migration and not dirty',
		);
		expect(cause).toMatchObject({ details: { resultCode: "23505", sql: "INSERT INTO t VALUES (1), (1);" } });
		expect(await value("SELECT to_regclass('t')")).toBeNull();
		expect((await failureOf("SELECT 1;\nSELECT '🐦', frm;")).message).toMatch(/^1_a\.up\.sql:2:14: column "frm"/);
		expect((await failureOf("SELECT upper(1);")).message).toContain("; hint: No function matches");
	});

	it.each([
		["COMMIT;", "COMMIT; would break the transaction around the file"],
		["VACUUM;", "VACUUM; cannot run inside a transaction"],
		["DO $$ BEGIN COMMIT; END $$;", "invalid transaction termination"],
		[
			"CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b'; CREATE TABLE x (v e DEFAULT 'b');",
			"a new enum value can be used when it is committed",
		],
	])("with %s is told how it can run", async (sql, message) => {
		// A value that is added to a type of the same transaction can be used at once.
		const [before, after = before] = sql.split("\n");
		if (after !== before) await server.other.query(before ?? "");
		const { message: told } = await failureOf(`CREATE TABLE t (a int);\n${after}`);
		expect(told).toContain(message);
		expect(told).toContain('"-- godwit: no-transaction"');
		expect(await value("SELECT to_regclass('t')")).toBeNull();
	});

	it("leaves none of its settings to the next one", async () => {
		const source = memorySource({
			"1_a.up.sql":
				"SELECT set_config('search_path', '', false); SET ROLE pg_monitor; RESET ROLE; CREATE TABLE public.a (b int);",
			"2_b.up.sql": "CREATE TABLE c (d int);",
		});
		for (const transaction of ["each", "all"] as const) {
			await using migrate = new Migrate({ source, driver: await open(), transaction });
			expect((await migrate.up()).applied).toHaveLength(2);
			await migrate.drop();
		}
	});

	it("leaves none of its settings to the next one, though a function made them, and is in the role of the URL", async () => {
		await server.other.query("CREATE ROLE app CREATEROLE; GRANT ALL ON SCHEMA public TO app");
		const source = memorySource({
			"1_a.up.sql":
				"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT set_config(convert_from('\\x7365617263685f70617468', 'UTF8'), '', false) $$;",
			"2_b.up.sql": "SELECT f();",
			"3_c.up.sql": "CREATE TABLE c (d int);",
		});
		for (const transaction of ["each", "all"] as const) {
			await using migrate = new Migrate({ source, driver: await open("?options=-crole%3Dapp"), transaction });
			expect((await migrate.up()).applied).toHaveLength(3);
			expect(await value("SELECT tableowner FROM pg_tables WHERE tablename = 'c'")).toBe("app");
			await migrate.drop();
		}
		await server.other.query("DROP OWNED BY app; DROP ROLE app");
	});

	it("that fails to build an index beside its users names the index that it leaves", async () => {
		const sql =
			"-- godwit: no-transaction\nCREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (a);";
		const { message } = await failureOf(sql);
		expect(message).toContain("1_a.up.sql:4:1: could not create unique index");
		expect(message).toContain("DROP INDEX i before you run it again");
		expect(message).toContain("the database is dirty at version 1");
	});

	it.each(["SET TRANSACTION READ ONLY; CREATE TABLE t ();", "SET TRANSACTION READ ONLY;"])(
		"that makes its transaction read-only is told so: %s",
		async (sql) => {
			const { message } = await failureOf(sql);
			expect(message).toContain("take SET TRANSACTION READ ONLY or default_transaction_read_only out");
			expect(message).toContain("rolled back");
		},
	);

	it("that waits too long for a table is told who has it", async () => {
		await server.other.query("CREATE TABLE t (a int); SET application_name = 'report'");
		await server.other.query("BEGIN");
		await server.other.query("SELECT * FROM t");
		const { message } = await failureOf("ALTER TABLE t ADD COLUMN b int;", "?x-ddl-lock-timeout=1ms");
		expect(message).toMatch(
			/canceling statement due to lock timeout; backend \d+ \(application "report", user godwit\) has a lock on t, in a transaction of .+: .*SELECT \* FROM t/,
		);
		expect(message).toContain("rolled back");
	});

	it("that waits too long is not told of one who reads a table whose name is in another word, nor of one who only reads", async () => {
		await server.other.query("CREATE TABLE t (a int); CREATE TABLE users (a int)");
		await using older = await otherClient(`${server.url}/postgres`);
		await older.query("SET application_name = 'older'; BEGIN");
		await older.query("SELECT * FROM t");
		await using reader = await otherClient(`${server.url}/postgres`);
		await reader.query("SET application_name = 'reader'; BEGIN");
		await reader.query("SELECT * FROM users");
		const timeout = "?x-ddl-lock-timeout=1ms";
		expect((await failureOf("ALTER TABLE users ADD b int;", timeout)).message).toContain(
			'"reader", user godwit) has a lock on users',
		);
		await using writer = await otherClient(`${server.url}/postgres`);
		await writer.query("SET application_name = 'writer'; BEGIN");
		await writer.query("INSERT INTO users VALUES (1)");
		expect((await failureOf("CREATE INDEX i ON users (a);", timeout)).message).toContain(
			'"writer", user godwit) has a lock on users',
		);
		for (const client of [older, reader, writer]) await client.query("ROLLBACK");
	});

	it("that waits too long for a row is told who has changed it", async () => {
		await server.other.query("CREATE TABLE t (a int); INSERT INTO t VALUES (1); SET application_name = 'writer'");
		await server.other.query("BEGIN");
		await server.other.query("UPDATE t SET a = 2");
		expect((await failureOf("UPDATE t SET a = 3;", "?x-ddl-lock-timeout=1ms")).message).toContain(
			'"writer", user godwit) has a lock on t',
		);
	});

	it("that waits too long is not told of a session of a database with the same tables", async () => {
		await server.other.query("CREATE DATABASE la");
		{
			await using made = await otherClient(`${server.url}/la`);
			await made.query("CREATE TABLE t (a int)");
		}
		await server.other.query("CREATE DATABASE lb TEMPLATE la");
		await using reader = await otherClient(`${server.url}/la`);
		await reader.query("SET application_name = 'elsewhere'; BEGIN");
		await reader.query("SELECT * FROM t");
		await using blocker = await otherClient(`${server.url}/lb`);
		await blocker.query("SET application_name = 'here'; BEGIN");
		await blocker.query("SELECT * FROM t");
		const source = memorySource({ "1_a.up.sql": "ALTER TABLE t ADD b int;" });
		await using migrate = new Migrate({
			source,
			driver: await postgres.open(`${server.url}/lb?x-ddl-lock-timeout=1ms`),
		});
		await expect(migrate.up()).rejects.toThrow('application "here"');
	});

	it("that takes too long is ended", async () => {
		const sql = "SELECT pg_sleep(60);";
		expect((await failureOf(sql, "?x-statement-timeout=10")).message).toContain("due to statement timeout");
		expect((await failureOf(`-- godwit: no-transaction\n${sql}`, "?x-statement-timeout=10ms")).message).toContain(
			"due to statement timeout",
		);
	});

	it.each([
		["UPDATE schema_migrations_lock SET owner = 'me'"],
		["DROP TABLE schema_migrations_history"],
		["INSERT INTO schema_migrations (version, dirty) VALUES (7, false)"],
		["DROP SCHEMA public CASCADE; CREATE SCHEMA public"],
	])("may not do %s", async (sql) => {
		const { cause } = await failureOf(`SELECT 1;\n${sql};`);
		expect(cause).toMatchObject({ code: "ERR_OWN_TABLES" });
		await using driver = await open();
		expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
	});

	it("that says so may change the version, and what it says is put right", async () => {
		const sql = "-- godwit: allow own-tables\nDROP TABLE schema_migrations; DROP TABLE schema_migrations_history;";
		await using migrate = new Migrate({ source: memorySource({ "1_a.up.sql": sql }), driver: await open() });
		await migrate.up();
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});
});

describe("the version table", () => {
	it("is golang-migrate's, which goes on where godwit has stopped", async () => {
		await server.other.query(
			"CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false)",
		);
		const source = memorySource({ "1_a.up.sql": "SELECT 1;", "2_b.up.sql": "SELECT 2;" });
		await using migrate = new Migrate({ source, driver: await open() });
		expect((await migrate.up()).applied).toMatchObject([{ version: 2n }]);
		expect((await migrate.history()).map(({ op, version }) => `${op} ${version}`)).toEqual(["adopt 1", "up 2"]);
		await server.other.query(
			"TRUNCATE schema_migrations; INSERT INTO schema_migrations (version, dirty) VALUES (1, false)",
		);
		expect((await migrate.status()).version).toBe(1n);
	});

	it("of which row level security hides rows is an error, not an empty one", async () => {
		await using owner = await open();
		await owner.setVersion({ version: 1n, dirty: false });
		await server.other.query(
			"CREATE ROLE hidden LOGIN; ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY; GRANT SELECT ON ALL TABLES IN SCHEMA public TO hidden",
		);
		await using driver = await postgres.open(`${server.url.replace("godwit", "hidden")}/postgres`);
		const refusal = {
			code: "ERR_DATABASE",
			message: expect.stringContaining(
				'affected by row-level security policy for table "schema_migrations"; ask the owner',
			),
		};
		await expect(driver.version()).rejects.toMatchObject(refusal);
		await expect(driver.history?.read()).rejects.toMatchObject(refusal);
		await server.other.query("DROP OWNED BY hidden; DROP ROLE hidden");
	});

	it("with a trigger that changes what is written is an error, and nothing is committed", async () => {
		await using driver = await open();
		await driver.setVersion({ version: 1n, dirty: false });
		await server.other.query(
			"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.version = 7; RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION f()",
		);
		await expect(driver.apply?.(textBody("CREATE TABLE a ()"), { version: 2n, dirty: false })).rejects.toThrow(
			"look for a trigger",
		);
		expect(await driver.version()).toMatchObject({ version: 1n });
		expect(await value("SELECT to_regclass('a')")).toBeNull();
	});

	it.each([
		["CREATE TABLE schema_migrations (version varchar PRIMARY KEY)", "Rails (ActiveRecord) or dbmate"],
		["CREATE TABLE schema_migrations_lock (index int, is_locked int)", "Knex"],
		["CREATE VIEW schema_migrations AS SELECT 1::bigint AS version, false AS dirty", "it is a view"],
		[
			"CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE schema_migrations (version bigint, dirty boolean) SERVER s",
			"it is a foreign table",
		],
		["CREATE SEQUENCE schema_migrations_history", "it is a sequence"],
		[
			"CREATE TABLE schema_migrations_history (id int, what text)",
			"it has the columns id, what, and not id, format, op",
		],
		["CREATE TABLE schema_migrations (version text, dirty text)", "its column version is text, and not bigint"],
		[
			"CREATE TABLE schema_migrations (version bigint, dirty text); INSERT INTO schema_migrations VALUES (1, 'no')",
			"its column dirty is text, and not boolean",
		],
		[
			"CREATE TABLE schema_migrations_lock (id int, locked int, owner text, acquired_at timestamptz, expires_at timestamptz, step text)",
			"its column locked is integer, and not boolean",
		],
	])("of another tool, %s, is left alone and named", async (sql, tool) => {
		await server.other.query(sql);
		const catalog = "SELECT (SELECT count(*) FROM pg_class) + (SELECT count(*) FROM pg_attribute)";
		const before = await value(catalog);
		expect(await failureOf("SELECT 1;").then(String)).toContain(tool);
		expect(await value(catalog)).toBe(before);
		await server.other.query("DROP FOREIGN DATA WRAPPER IF EXISTS w CASCADE");
	});

	it("has the longest name that leaves its sisters theirs", async () => {
		const table = "t".repeat(55);
		const source = memorySource({ "1_a.up.sql": "SELECT 1;" });
		await using migrate = new Migrate({ source, driver: await open(`?x-migrations-table=${table}`) });
		await migrate.up();
		expect(await migrate.history()).toHaveLength(1);
		const { rows } = await server.other.query(
			"SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
		);
		expect(rows.map(({ name }) => name)).toEqual([table, `${table}_history`, `${table}_lock`]);
	});

	it("is where a quoted name says", async () => {
		await server.other.query("CREATE SCHEMA apart");
		await using driver = await open("?x-migrations-table=%22apart%22.%22a b%22&x-migrations-table-quoted=1");
		await driver.setVersion({ version: 3n, dirty: false });
		expect(await value('SELECT version FROM apart."a b"')).toBe("3");
		await server.other.query("DROP SCHEMA apart CASCADE");
	});
});

describe("drop", () => {
	it("deletes what is the user's in the schema, and leaves extensions, other schemas and other owners alone", async () => {
		await server.other.query(`CREATE SCHEMA apart; CREATE TABLE apart.stays (a int); CREATE ROLE somebody; GRANT CREATE ON SCHEMA public TO somebody;
			SET ROLE somebody; CREATE TABLE theirs (a int); RESET ROLE; CREATE EXTENSION hstore;
			CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN d AS int; CREATE TYPE pair AS (a int, b mood); CREATE SEQUENCE s;
			CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE a (id serial PRIMARY KEY, m mood, x int DEFAULT f());
			CREATE TABLE b (id int PRIMARY KEY REFERENCES a); ALTER TABLE a ADD b int REFERENCES b; CREATE VIEW v AS SELECT * FROM a;
			CREATE MATERIALIZED VIEW w AS SELECT * FROM v; CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT;`);
		await using driver = await open();
		await driver.drop();
		const { rows } = await server.other.query(
			"SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typname IN ('mood', 'd', 'pair') UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = 'f'",
		);
		expect(rows).toEqual([{ name: "theirs" }]);
		expect(await value("SELECT count(*)::int FROM pg_extension WHERE extname = 'hstore'")).toBe(1);
		expect(await value("SELECT to_regclass('apart.stays')")).toBe("apart.stays");
		await server.other.query("DROP SCHEMA apart CASCADE; DROP OWNED BY somebody; DROP ROLE somebody");
	});

	it("deletes objects of every kind", async () => {
		await server.other.query(`CREATE SCHEMA apart; CREATE TABLE apart.stays (a int, b int);
			CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t; CREATE STATISTICS "its own" ON a, b FROM apart.stays;
			CREATE TYPE pair AS (a int, b int); CREATE TYPE shell; CREATE TYPE span AS RANGE (SUBTYPE = int);
			CREATE FUNCTION less(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a < ($2).a';
			CREATE FUNCTION compare(pair, pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a - ($2).a';
			CREATE OPERATOR <<< (LEFTARG = pair, RIGHTARG = pair, FUNCTION = less); CREATE FUNCTION first(pair) RETURNS int LANGUAGE sql AS 'SELECT ($1).a';
			CREATE OPERATOR !<< (RIGHTARG = pair, FUNCTION = first);
			CREATE OPERATOR CLASS "by a" FOR TYPE pair USING btree AS OPERATOR 1 <<<, FUNCTION 1 compare(pair, pair);
			CREATE OPERATOR FAMILY apart.family USING btree; CREATE OPERATOR FAMILY "empty family" USING hash;
			CREATE OPERATOR CLASS in_another FOR TYPE int USING btree FAMILY apart.family AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
			CREATE COLLATION "German" (provider = icu, locale = 'de'); CREATE DOMAIN word AS text COLLATE "German";
			CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
			CREATE TEXT SEARCH PARSER ps (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
			CREATE TEXT SEARCH TEMPLATE tp (INIT = dsimple_init, LEXIZE = dsimple_lexize);
			CREATE TEXT SEARCH DICTIONARY "a dict" (TEMPLATE = tp); CREATE TEXT SEARCH CONFIGURATION cf (PARSER = ps);
			ALTER TEXT SEARCH CONFIGURATION cf ADD MAPPING FOR word WITH "a dict";
			CREATE CAST (pair AS int) WITH FUNCTION first(pair); CREATE FUNCTION length_of(box) RETURNS int LANGUAGE sql AS 'SELECT 1';
			CREATE CAST (box AS int) WITH FUNCTION length_of(box); CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
			CREATE PROCEDURE pr() LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION watched() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
			CREATE EVENT TRIGGER "on ddl" ON ddl_command_end EXECUTE FUNCTION watched();`);
		await using driver = await open();
		await driver.drop();
		const { rows } = await server.other.query(
			"SELECT pg_describe_object(classid, objid, objsubid) AS what FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'public'::regnamespace",
		);
		expect(rows).toEqual([]);
		expect(
			await value("SELECT count(*)::int FROM pg_cast WHERE castsource = 'box'::regtype AND castfunc > 16384"),
		).toBe(0);
		expect(await value("SELECT opfname FROM pg_opfamily WHERE opfnamespace = 'apart'::regnamespace")).toBe("family");
		await server.other.query("DROP SCHEMA apart CASCADE");
	});

	it.each(['"App"', '"my.app v1"', '"a""b"'])(
		"deletes in a schema with a name that needs quotes, and not in its namesake: %s",
		async (schema) => {
			await server.other.query(
				`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.t (a int); CREATE COLLATION ${schema}."C" (provider = icu, locale = 'de')`,
			);
			await server.other.query("CREATE SCHEMA app; CREATE TABLE app.stays (a int)");
			const url = `${server.url}/postgres?x-migrations-table-quoted=true&x-migrations-table=`;
			await using driver = await postgres.open(url + encodeURIComponent(`${schema}."migr.ations"`));
			await driver.setVersion({ version: 1n, dirty: false });
			await driver.drop();
			expect(await value("SELECT to_regclass('app.stays')::text")).toBe("app.stays");
			// Without CASCADE it has to be empty.
			await server.other.query(`DROP SCHEMA ${schema}; DROP SCHEMA app CASCADE`);
		},
	);

	it("leaves what others own, of every kind, and what an extension has", async () => {
		await server.other.query(`DROP ROLE IF EXISTS somebody; CREATE ROLE somebody; GRANT CREATE ON SCHEMA public TO somebody; SET ROLE somebody;
			CREATE TABLE theirs (a int, b int); CREATE STATISTICS st ON a, b FROM theirs; CREATE TEXT SEARCH DICTIONARY di (TEMPLATE = simple);
			CREATE TEXT SEARCH CONFIGURATION cf (COPY = simple); CREATE COLLATION co (provider = icu, locale = 'de');
			CREATE FUNCTION fu(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = fu);
			CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; RESET ROLE; CREATE EXTENSION citext;`);
		const all =
			"SELECT string_agg(pg_describe_object(classid, objid, objsubid), ', ' ORDER BY classid, objid) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'public'::regnamespace";
		const before = await value(all);
		await using driver = await open();
		await driver.drop();
		expect(await value(all)).toBe(before);
		await server.other.query("DROP OWNED BY somebody; DROP ROLE somebody");
	});

	it("drops nothing when something that stays depends on it, and says what", async () => {
		await server.other.query("CREATE TABLE a (b int); CREATE SCHEMA apart; CREATE VIEW apart.v AS SELECT * FROM a");
		await using driver = await open();
		await expect(driver.drop()).rejects.toThrow(
			/nothing was dropped: others depend on what would be dropped: TABLE .*a \(cannot drop table/,
		);
		expect(await value("SELECT to_regclass('a')")).toBe("a");
		await server.other.query("DROP SCHEMA apart CASCADE");
	});
});

describe("connect_timeout", () => {
	// As long a timer of Node.js would end at once.
	it.each(["3000000", "-1", "0"])("of %s seconds lets a server answer", async (seconds) => {
		await using driver = await open(`?connect_timeout=${seconds}`);
		expect(await driver.version()).toMatchObject({ version: -1n });
	});
});

describe("a database that cannot be used", () => {
	const SECRET = "cRet5";

	it("says so: a proxy that takes the connection and ends it, as before a server that is starting", async () => {
		const proxy = createServer((socket) => socket.once("data", () => socket.end()));
		await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
		const { port } = proxy.address() as AddressInfo;
		await using driver = await postgres.open(`postgres://godwit@127.0.0.1:${port}/postgres?sslmode=disable`);
		await expect(driver.version()).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("check whether the server behind this address runs"),
			details: { resultCode: "ECONNRESET" },
		});
		await new Promise((resolve) => proxy.close(resolve));
	});

	it.each([
		["nobody here", () => `postgres://godwit:${SECRET}@127.0.0.1:1/postgres`, "check host and port"],
		["no such database", () => `postgres://godwit:${SECRET}@127.0.0.1:${server.port}/none`, "create the database"],
		[
			"a wrong password",
			() => `postgres://locked:${SECRET}@127.0.0.1:${server.port}/postgres`,
			'password authentication failed for user "locked"; check the user and the password in the database URL',
		],
		[
			"no password",
			() => `postgres://locked@127.0.0.1:${server.port}/postgres`,
			"asks for a password, and the database URL has none; write it there before the host, as user:password@",
		],
		[
			"an empty password",
			() => `postgres://locked@127.0.0.1:${server.port}/postgres?password=`,
			"asks for a password, and the database URL has none",
		],
		[
			"a wrong password in a parameter",
			() => `postgres://127.0.0.1:${server.port}/postgres?user=locked&password=${SECRET}`,
			"password authentication failed",
		],
		["no such user", () => `postgres://none:${SECRET}@127.0.0.1:${server.port}/postgres`, "check the user"],
		[
			"no TLS there",
			() => `postgres://godwit:${SECRET}@127.0.0.1:${server.port}/postgres?sslmode=require`,
			"turn TLS on there",
		],
		["no schema", () => `${server.url}/postgres?options=-csearch_path%3Dnone`, "no schema of the search_path exists"],
		["no standby", () => `${server.url}/postgres?target_session_attrs=standby`, "target_session_attrs=standby"],
		[
			"writes refused",
			() => `${server.url}/postgres?options=-cdefault_transaction_read_only%3Don`,
			"this server takes no writes, as a standby does; name the primary",
		],
		["no privilege", () => `postgres://weak@127.0.0.1:${server.port}/postgres`, "privilege"],
	])("says so: %s", async (_, url, message) => {
		vi.stubEnv("PGPASSWORD", SECRET);
		onTestFinished(() => void vi.unstubAllEnvs());
		await server.other.query(
			"CREATE ROLE locked LOGIN PASSWORD 'another one'; CREATE ROLE weak LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
		);
		try {
			const migrate = new Migrate({
				source: memorySource({ "1_a.up.sql": "CREATE TABLE t ()" }),
				driver: await postgres.open(url()),
			});
			const error = await migrate.up().catch((failure: unknown) => failure);
			await migrate.close().catch(() => {});
			expect(error).toMatchObject({ code: "ERR_DATABASE", message: expect.stringContaining(message) });
			expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
		} finally {
			await server.other.query("DROP ROLE weak; DROP ROLE locked");
		}
		expect(await value("SELECT to_regclass('schema_migrations')")).toBeNull();
	});
});
