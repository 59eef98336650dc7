import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { MAX_VERSION, textBody, type VersionState } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends, wasm } from "./backends.ts";
import { createTestDatabase, failedMigration, failure, type TestDatabase, ups } from "./test-database.ts";

describe.each(backends)("a database file, on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	const open = (path: string) => backend.factory.open(`${backend.name}://${path}`);

	it("in a missing folder is refused, and the folder is not made", async () => {
		const path = join(db.folder, "no", "app.db");
		const error = await failure("ERR_DATABASE", open(path));
		expect(error.message).toBe(`cannot open ${path}: there is no folder ${join(db.folder, "no")}; make it first`);
		expect(existsSync(join(db.folder, "no"))).toBe(false);
	});

	it("in a folder that is a file is refused", async () => {
		writeFileSync(db.path, "");
		const error = await failure("ERR_DATABASE", open(join(db.path, "app.db")));
		expect(error.message).toContain(`there is no folder ${db.path}`);
	});

	it("that is a folder is refused", async () => {
		mkdirSync(db.path);
		const error = await failure("ERR_DATABASE", db.open());
		expect(error.message).toBe(`cannot open ${db.path}: it is a folder; name a file in it`);
	});

	it("that is cut off is refused, and not changed", async () => {
		await db.up(ups("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(20000));"));
		truncateSync(db.path, 5_000);
		const bytes = readFileSync(db.path);
		const error = await failure("ERR_DATABASE", db.up(ups("", "SELECT 1")));
		expect(error.details.resultCode).toMatch(/^SQLITE_(CORRUPT|NOTADB)/);
		expect(readFileSync(db.path)).toEqual(bytes);
	});

	it("that is empty is a database without migrations", async () => {
		writeFileSync(db.path, "");
		expect(await db.version()).toEqual({ version: -1n, dirty: false });
		expect(readFileSync(db.path)).toHaveLength(0);
	});

	it.each(["my app.db", "größe 数据 🐦.db", "100%.db", "why?.db", "c#1.db", "a'b\"c.db", "-x.db", " x.db"])(
		"may be called %j",
		async (name) => {
			const path = join(db.folder, name);
			await using driver = await open(encodeURI(path).replaceAll("?", "%3F"));
			await driver.lock();
			await driver.setVersion({ version: 1n, dirty: false });
			await driver.close();
			expect(existsSync(path)).toBe(true);
			using connection = backend.connect(path);
			expect(connection.all("SELECT version FROM schema_migrations")).toEqual([{ version: 1n }]);
		},
	);

	it("may be named relative to the working directory", async () => {
		await using driver = await open(relative(process.cwd(), db.path));
		await driver.setVersion({ version: 1n, dirty: false });
		await driver.close();
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it("may be named by a symbolic link, whose target it locks", async () => {
		await db.up(ups("CREATE TABLE t (a);"));
		const link = join(db.folder, "link.db");
		symlinkSync(db.path, link);
		await using one = await open(link);
		await using two = await db.open();
		await one.lock();
		await failure("ERR_LOCK_TIMEOUT", two.lock({ timeoutMs: 0 }));
		expect(await one.version()).toMatchObject({ version: 1n, dirty: false });
	});

	it("in memory belongs to one driver", async () => {
		await using one = await open(":memory:");
		await using two = await open(":memory:");
		await one.lock();
		await one.apply?.(textBody("CREATE TABLE t (a)"), { version: 1n, dirty: false });
		await two.lock({ timeoutMs: 0 });
		expect(await one.version()).toMatchObject({ version: 1n, dirty: false });
		expect(await two.version()).toMatchObject({ version: -1n, dirty: false });
		expect(db.files()).toEqual([]);
	});

	it("is closed again when it turns out to be none", async () => {
		writeFileSync(db.path, "no database ".repeat(100));
		await failure("ERR_DATABASE", db.open());
		writeFileSync(db.path, "");
		expect(await db.version()).toEqual({ version: -1n, dirty: false });
		expect(db.files()).toEqual(["app.db"]);
	});

	it("holds every version up to 2^63-1 exactly", async () => {
		await using driver = await db.open();
		for (const version of [0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 53n + 1n, MAX_VERSION - 1n, MAX_VERSION]) {
			await driver.setVersion({ version, dirty: false });
			expect(await driver.version()).toMatchObject({ version, dirty: false });
		}
	});

	it.each([
		["text", "'seven', 0"],
		["a real", "7.5, 0"],
		["a number over 2^63-1", "9223372036854775808, 0"],
		["nothing", "NULL, 0"],
		["a version below -1", "-2, 0"],
		["no dirty flag", "7, NULL"],
		["a dirty flag that is none", "7, 'maybe'"],
		["two rows", "7, 0), (8, 0"],
	])("whose version row holds %s is refused", async (_, values) => {
		db.exec(`CREATE TABLE schema_migrations (version, dirty); INSERT INTO schema_migrations VALUES (${values})`);
		const error = await failure("ERR_DATABASE", db.version());
		expect(error.message).toContain(
			"the table schema_migrations does not hold one row of a version and a dirty flag, stored as integers (its columns are version, dirty)",
		);
	});

	const types = ["", "TEXT", "NUMERIC"];
	const rows = [
		"",
		"(3, 0)",
		"(3, 1)",
		"(3, 'false')",
		"(3, 'true')",
		"(3.0, 0)",
		"('3', 0)",
		"(3, '0')",
		"(3, 'FALSE')",
	];
	const odd = [
		"(3, 0.0)",
		"(3, 2)",
		"(3, x'00')",
		"(-1, 0)",
		"(-1, 1)",
		"(3, 0), (4, 0)",
		"(-1, 0), (-1, 0)",
		"(NULL, 0)",
	];

	it.each(types)("is changed from the version that is read, and from no other: columns %s", async (type) => {
		for (const values of [...rows, ...odd]) {
			db.exec(
				`DROP TABLE IF EXISTS schema_migrations; CREATE TABLE schema_migrations (version ${type}, dirty ${type})`,
			);
			if (values !== "") db.exec(`INSERT INTO schema_migrations VALUES ${values}`);
			const read = await db.version().catch(() => undefined);
			await using driver = await db.open();
			for (const from of [at(3n), at(3n, true), at(-1n)]) {
				await driver.lock();
				const change = { version: 4n, dirty: false, from, last: false };
				const told = await driver.setVersion(change).then(
					() => "changed",
					() => "refused",
				);
				const same = read?.version === from.version && read.dirty === from.dirty;
				// A table of text cannot keep what is written to it.
				const keeps = type !== "TEXT";
				expect([values, from, told]).toEqual([values, from, same && keeps ? "changed" : "refused"]);
				await driver.unlock();
				if (told === "changed") break;
			}
		}
	});

	it.each(["version TEXT, dirty TEXT", "version TEXT, dirty INTEGER", "version REAL, dirty INTEGER"])(
		"is not migrated at all when its version table cannot keep a version: %s",
		async (columns) => {
			db.exec(`CREATE TABLE schema_migrations (${columns})`);
			const { cause } = await failedMigration("ERR_DATABASE", db.up(ups("CREATE TABLE a (x)", "CREATE TABLE b (x)")));
			expect(cause.message).toContain(`stored as integers (its columns are ${columns}, godwit_stamp TEXT)`);
			expect(db.schema()).toEqual([]);
			expect(await db.version()).toEqual(at(-1n));
		},
	);

	it.each([
		["TABLE l (a, b)", "has the columns a, b, and not "],
		[
			'TABLE l ("index" INTEGER, is_locked INTEGER)',
			"has the columns index, is_locked, as a table of Knex has, and not ",
		],
		["TABLE l (ID, LOCKED, LOCKGRANTED, LOCKEDBY)", "lockgranted, lockedby, as a table of Liquibase has, and not "],
		[
			"TABLE l (id, locked, owner, acquired_at, expires_at)",
			"has the columns id, locked, owner, acquired_at, expires_at, and ",
		],
		[
			"TABLE l (id, locked, owner, acquired_at, expires_at, step, more NOT NULL)",
			"expires_at, step, more, and not id,",
		],
		["VIEW l AS SELECT 1 AS id, 0 AS locked, '' AS owner, 1 AS acquired_at, 1 AS expires_at, 1 AS step", "is a view;"],
	])("with something else in the place of the lock's table is refused, and kept as it is: %s", async (sql, found) => {
		db.exec(`CREATE ${sql.replace(" l ", " schema_migrations_lock ")}`);
		const before = db.all("SELECT sql FROM sqlite_schema");
		const error = await failure("ERR_DATABASE", db.up(ups("CREATE TABLE a (x)")));
		expect(error.message).toContain("schema_migrations_lock, in which godwit keeps its lock, is not godwit's: it ");
		expect(error.message).toContain(found);
		expect(error.message).toContain("x-migrations-table=NAME in the database URL, and the lock is in NAME_lock then");
		expect(db.all("SELECT sql FROM sqlite_schema")).toEqual(before);
		await db.up(ups("CREATE TABLE a (x)"), { url: "x-migrations-table=own" });
	});

	it.each([
		["TABLE h (a, b)", "has the columns a, b, and not id, format, op, version,"],
		["TABLE h (id INTEGER PRIMARY KEY, note TEXT)", "has the columns id, note, and not id, format, op, version,"],
		["VIEW h AS SELECT 1 AS id", "is a view;"],
	])(
		"with something else in the place of the history's table is refused, and kept as it is: %s",
		async (sql, found) => {
			db.exec(`CREATE ${sql.replace(" h ", " schema_migrations_history ")}`);
			const before = db.all("SELECT sql FROM sqlite_schema");
			const error = await failure("ERR_DATABASE", db.up(ups("CREATE TABLE a (x)")));
			expect(error.message).toContain(
				"schema_migrations_history, in which godwit keeps its history, is not godwit's: it ",
			);
			expect(error.message).toContain(found);
			expect(error.message).toContain(
				"x-migrations-table=NAME in the database URL, and the history is in NAME_history",
			);
			expect(db.all("SELECT sql FROM sqlite_schema")).toEqual(before);
			await db.up(ups("CREATE TABLE a (x)"), { url: "x-migrations-table=own" });
		},
	);

	it.each([
		["version varchar NOT NULL", "the column version alone, as a table of Rails (ActiveRecord) or dbmate has,"],
		["version bigint, inserted_at timestamp", "the columns version, inserted_at, as a table of Ecto has,"],
		["dirty boolean", "the column dirty alone,"],
		["number, state", "the columns number, state,"],
	])("whose version table has the columns %s is refused, and the table kept as it is", async (columns, found) => {
		db.exec(
			`CREATE TABLE schema_migrations (${columns}); INSERT INTO schema_migrations (rowid, ${columns.split(" ")[0]?.replace(",", "")}) VALUES (4, 20260102), (5, 20260103)`,
		);
		const rows = db.all("SELECT * FROM schema_migrations");
		const table = db.all("SELECT sql FROM sqlite_schema WHERE name = 'schema_migrations'");
		const message = `the table schema_migrations is not godwit's: it has ${found} and not version and dirty; keep godwit's own beside it with x-migrations-table=NAME in the database URL`;
		await using driver = await db.open();
		await driver.lock();
		await driver.unlock();
		for (const refused of [
			() => db.version(),
			() => db.up(ups("")),
			() => driver.setVersion({ version: 3n, dirty: false }),
		]) {
			const error = await failure("ERR_DATABASE", refused());
			expect(error.message).toContain(message);
			expect(String(error.cause)).toMatch(/no such column|no column named/);
		}
		expect(db.all("SELECT * FROM schema_migrations")).toEqual(rows);
		expect(db.all("SELECT sql FROM sqlite_schema WHERE name = 'schema_migrations'")).toEqual(table);
	});

	it("in which another tool has a table of that name keeps godwit's beside it with x-migrations-table", async () => {
		db.exec("CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY)");
		await db.up(ups("CREATE TABLE t (a);"), { url: "x-migrations-table=godwit" });
		expect(db.all("SELECT version, dirty FROM godwit")).toEqual([{ version: 1n, dirty: 0n }]);
	});

	it("changes its journal mode with x-journal-mode, but not while it is up to date", async () => {
		const files = ups("CREATE TABLE t (a);");
		await db.up(files);
		await db.up(files, { url: "x-journal-mode=persist" });
		expect(db.files()).toEqual(["app.db"]);
		await db.up({ ...files, "2_more.up.sql": "CREATE TABLE u (a);" }, { url: "x-journal-mode=persist" });
		expect(db.files()).toEqual(["app.db", "app.db-journal"]);
	});

	it("that cannot change to the journal mode is refused, and its lock given back", async () => {
		const url = `${backend.name}://:memory:?x-journal-mode=wal`;
		await using driver = await backend.factory.open(url);
		const error = await failure("ERR_INVALID_OPTION", driver.lock());
		expect(error.message).toBe(":memory: cannot be changed to x-journal-mode=wal; it stays in memory");
		await failure("ERR_NOT_LOCKED", driver.unlock());
	});

	const SEE = (table: string) => `CREATE TABLE ${table} AS SELECT synchronous FROM pragma_synchronous;`;

	it.each([
		["off", 0n],
		["normal", 1n],
		["full", 2n],
		["extra", 3n],
	])("is written with x-synchronous=%s", async (level, value) => {
		await using driver = await db.open(`x-synchronous=${level}`);
		await driver.run(textBody(SEE("seen")));
		await driver.close();
		expect(db.all("SELECT * FROM seen")).toEqual([{ synchronous: value }]);
	});

	it("is written with synchronous=full when the URL does not say, also in WAL mode", async () => {
		await using driver = await db.open("x-busy-timeout=5s");
		await driver.run(textBody(SEE("before")));
		if (backend !== wasm) await driver.run(textBody("-- godwit: no-transaction\nPRAGMA journal_mode=WAL;"));
		await driver.run(textBody(SEE("after")));
		await driver.close();
		expect(db.all("SELECT * FROM before UNION ALL SELECT * FROM after")).toEqual([
			{ synchronous: 2n },
			{ synchronous: 2n },
		]);
		await using again = await db.open("x-busy-timeout=5s");
		await again.version();
		await again.run(textBody(SEE("later")));
		await again.close();
		expect(db.all("SELECT * FROM later")).toEqual([{ synchronous: 2n }]);
	});

	it("is written as the caller's own connection has it", async () => {
		using connection = backend.connect(db.path);
		connection.exec("PRAGMA synchronous=normal");
		await using driver = connection.withInstance();
		await driver.run(textBody(SEE("seen")));
		expect(connection.all("SELECT * FROM seen")).toEqual([{ synchronous: 1n }]);
	});
});

function at(version: bigint, dirty = false): VersionState {
	return { version, dirty };
}
