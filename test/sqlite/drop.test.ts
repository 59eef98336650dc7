import { type Driver, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backends } from "./backends.ts";
import { createTestDatabase, failure, type TestDatabase, ups } from "./test-database.ts";

const EVERYTHING = `
	CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, child INTEGER REFERENCES child);
	CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent ON DELETE RESTRICT);
	INSERT INTO parent VALUES (1, NULL);
	INSERT INTO child VALUES (1, 1);
	UPDATE parent SET child = 1;
	CREATE TABLE loop (id INTEGER PRIMARY KEY REFERENCES loop DEFERRABLE INITIALLY DEFERRED);
	CREATE INDEX by_parent ON child (parent) WHERE parent > 0;
	CREATE INDEX by_expression ON child (parent + id);
	CREATE VIEW names AS SELECT id FROM parent;
	CREATE VIEW view_of_view AS SELECT * FROM names;
	CREATE VIEW broken AS SELECT * FROM nowhere;
	CREATE TRIGGER on_view INSTEAD OF INSERT ON names BEGIN SELECT 1; END;
	CREATE TRIGGER on_table AFTER DELETE ON parent BEGIN DELETE FROM nowhere; END;
	CREATE VIRTUAL TABLE search USING fts5(text);
	INSERT INTO search VALUES ('a bar-tailed godwit');
	CREATE VIRTUAL TABLE "odd ""search""" USING fts5(text, content='');
	CREATE TABLE search_like_content (a);
	CREATE TABLE keyed (a TEXT PRIMARY KEY, b) WITHOUT ROWID;
	CREATE TABLE strict_one (a INTEGER) STRICT;
	CREATE TABLE "odd ""name"", with; -- it" (a);
	CREATE TABLE "select" (a);
	CREATE TABLE "größe 🐦" (a);
	CREATE TABLE "" (a);
	CREATE TABLE Schema_Migrations_Locked (a);
	ANALYZE;
`;

describe.each(backends)("drop on $name", (backend) => {
	let db: TestDatabase;

	beforeEach(() => {
		db = createTestDatabase(backend);
	});

	afterEach(() => db[Symbol.dispose]());

	const objects = () => db.all("SELECT name FROM sqlite_schema");

	async function dropLocked(driver: Driver): Promise<void> {
		await driver.lock();
		await driver.drop();
		await driver.unlock();
	}

	it("deletes everything, the version too", async () => {
		await db.up(ups(EVERYTHING));
		await db.migrate({}, (migrate) => migrate.drop());
		expect(objects()).toEqual([]);
		expect(await db.version()).toEqual({ version: -1n, dirty: false });
		const [pages] = db.all("SELECT page_count FROM pragma_page_count");
		expect(pages?.page_count).toBeLessThan(3n);
		await db.up(ups(EVERYTHING));
		expect(await db.version()).toEqual({ version: 1n, dirty: false });
	});

	it("deletes everything without the lock as well", async () => {
		await db.up(ups(EVERYTHING));
		await using driver = await db.open();
		await driver.drop();
		await driver.close();
		expect(objects()).toEqual([]);
	});

	it.each([
		["the parent was made first", "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);"],
		["the child was made first", "CREATE TABLE c (p REFERENCES p); CREATE TABLE p (id INTEGER PRIMARY KEY);"],
		[
			"a parent is missing",
			"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p, q REFERENCES q);",
		],
	])("deletes rows that refer to each other with x-foreign-keys=true, when %s", async (_, tables) => {
		const url = "x-foreign-keys=true";
		await db.up(ups(tables));
		db.exec("PRAGMA foreign_keys=OFF; INSERT INTO p VALUES (1); INSERT INTO c (p) VALUES (1);");
		await db.migrate({}, (migrate) => migrate.drop(), { url });
		expect(objects()).toEqual([]);
	});

	it("deletes a circle of tables with x-foreign-keys=true, and foreign keys are enforced afterwards", async () => {
		await db.up(ups(EVERYTHING));
		await using driver = await db.open("x-foreign-keys=true");
		await driver.lock();
		await driver.drop();
		await driver.run(textBody("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);"));
		await failure("ERR_SQL", driver.run(textBody("INSERT INTO c VALUES (1);")));
		await driver.unlock();
	});

	it("enforces foreign keys after a drop that failed, too", async () => {
		await db.up(ups("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);"));
		await using driver = await db.open("x-foreign-keys=true");
		await driver.lock();
		await driver.run(textBody("-- godwit: no-transaction\nUPDATE schema_migrations_lock SET owner = 'somebody else';"));
		await failure("ERR_LOCK_LOST", driver.drop());
		const { suppressed } = await failure("ERR_LOCK_LOST", driver.run(textBody("INSERT INTO c VALUES (1);")));
		expect(suppressed).toMatchObject([{ code: "ERR_SQL", message: expect.stringContaining("FOREIGN KEY") }]);
		await failure("ERR_LOCK_LOST", driver.unlock());
		expect(db.schema()).toHaveLength(2);
	});

	it("leaves Litestream's own tables alone", async () => {
		const names = ["_litestream_lock", "_litestream_seq"];
		db.exec(`CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE _LITESTREAM_lock (id INTEGER);
			INSERT INTO _litestream_seq VALUES (1, 7); CREATE TABLE _litestream_sequel (a);`);
		await db.migrate({}, (migrate) => migrate.drop());
		expect(
			objects()
				.map(({ name }) => String(name).toLowerCase())
				.sort(),
		).toEqual(names);
		expect(db.all("SELECT seq FROM _litestream_seq")).toEqual([{ seq: 7n }]);
	});

	it("works on a dirty database", async () => {
		await using driver = await db.open();
		await driver.setVersion({ version: 3n, dirty: true });
		await dropLocked(driver);
		expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
	});

	it("works on an empty database", async () => {
		await db.migrate({}, (migrate) => migrate.drop());
		expect(objects()).toEqual([]);
	});

	it("keeps the lock until unlock, which leaves nothing", async () => {
		await db.up(ups(EVERYTHING));
		await using driver = await db.open();
		await using other = await db.open();
		await driver.lock();
		await driver.drop();
		expect(db.allOfCopy("SELECT name FROM sqlite_schema")).toEqual([{ name: "schema_migrations_lock" }]);
		const { details } = await failure("ERR_LOCK_TIMEOUT", other.lock({ timeoutMs: 0 }));
		expect(details.owner).toContain(`process ${process.pid} `);
		await driver.run(textBody("CREATE TABLE again (a)"));
		await driver.unlock();
		expect(objects()).toEqual([{ name: "again" }]);
		await other.lock();
		await other.unlock();
		await driver.lock();
		await driver.unlock();
	});

	it("is refused while another instance holds the lock", async () => {
		await db.up(ups("CREATE TABLE t (a);"));
		await using holder = await db.open();
		await holder.lock();
		await failure(
			"ERR_LOCK_TIMEOUT",
			db.migrate({}, (migrate) => migrate.drop(), { lockTimeoutMs: 0 }),
		);
		await holder.unlock();
		expect(db.schema()).toHaveLength(1);
	});

	it("leaves attached databases and temporary tables of the caller's alone", async () => {
		using other = backend.connect(`${db.path}-other`);
		other.exec("CREATE TABLE theirs (a)");
		other.close();
		using connection = backend.connect(db.path);
		connection.exec(`CREATE TABLE t (a); CREATE TEMP TABLE t (b); ATTACH '${db.path}-other' AS other`);
		await using driver = connection.withInstance();
		await driver.drop();
		expect(connection.all("SELECT name FROM sqlite_schema")).toEqual([]);
		expect(connection.all("SELECT name FROM sqlite_temp_schema")).toEqual([{ name: "t" }]);
		expect(connection.all("SELECT name FROM other.sqlite_schema")).toEqual([{ name: "theirs" }]);
	});
});
