import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { Migrate, type MigrateOptions, openDriver } from "godwit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildReference, type Reference, startReference } from "./reference.ts";

let program: string;
let go: Reference;
beforeAll(async () => {
	program = (await buildReference()).reference;
	go = await startReference(program);
}, 900_000);
afterAll(() => go[Symbol.asyncDispose]());

describe.for(["sqlite3", "ncruces-sqlite3"])("the library over %s", (scheme) => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "godwit-library-"));
		await writeFile(join(folder, "1_a.up.sql"), "CREATE TABLE a (x)");
	});
	afterEach(async () => {
		await go.close();
		await rm(folder, { recursive: true });
	});

	const url = (name: string): string => `${scheme}://${folder}/${name}`;
	const openGo = (name: string, reference = go) => reference.open(`file://${folder}`, url(name));
	const openGodwit = (name: string, options?: MigrateOptions) => Migrate.open(`file://${folder}`, url(name), options);

	it("report-not-error: nothing to do and fewer steps than asked for resolve to a report", async () => {
		await openGo("go.db");
		expect((await go.steps(3)).outcome).toBe("short-limit");
		expect((await go.up()).outcome).toBe("no-change");
		await using migrate = await openGodwit("godwit.db");
		expect(await migrate.steps(3)).toMatchObject({ applied: [{ version: 1n }], missingSteps: 2 });
		expect(await migrate.up()).toEqual({ from: 1n, to: 1n, applied: [], missingSteps: 0, stopped: false });
	});

	it("out-of-order: a file below the current version is an error, which says what to do", async () => {
		await writeFile(join(folder, "3_c.up.sql"), "CREATE TABLE c (x)");
		await openGo("go.db");
		await go.up();
		await go.close();
		{
			await using migrate = await openGodwit("godwit.db");
			await migrate.up();
		}
		await writeFile(join(folder, "2_b.up.sql"), "CREATE TABLE b (x)");
		await openGo("go.db");
		expect((await go.up()).outcome).toBe("no-change");
		expect(tables("go.db")).not.toContain("b");
		{
			await using migrate = await openGodwit("godwit.db");
			await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_OUT_OF_ORDER", details: { versions: [2n] } });
		}
		{
			await using skipping = await openGodwit("godwit.db", { outOfOrder: "skip" });
			expect(await skipping.up()).toMatchObject({ from: 3n, to: 3n, applied: [] });
		}
		expect(tables("godwit.db")).not.toContain("b");
		await using applying = await openGodwit("godwit.db", { outOfOrder: "apply" });
		expect(await applying.up()).toMatchObject({ from: 3n, to: 3n, applied: [{ version: 2n }] });
		expect(tables("godwit.db")).toContain("b");
	});

	it("changed-file: an up file that was edited since it ran is an error, once there is something to run", async () => {
		await openGo("go.db");
		await go.up();
		await go.close();
		{
			await using migrate = await openGodwit("godwit.db");
			await migrate.up();
		}
		await writeFile(join(folder, "1_a.up.sql"), "CREATE TABLE a (x, y)");
		{
			await using migrate = await openGodwit("godwit.db");
			expect(await migrate.up()).toMatchObject({ applied: [] });
		}
		await writeFile(join(folder, "2_b.up.sql"), "CREATE TABLE b (x)");
		await openGo("go.db");
		expect((await go.up()).outcome).toBe("ok");
		{
			await using migrate = await openGodwit("godwit.db");
			await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_CHANGED", details: { versions: [1n] } });
		}
		await using warned = await openGodwit("godwit.db", { changed: "warn" });
		expect(await warned.up()).toMatchObject({ applied: [{ version: 2n }] });
	});

	it("newer-database: a database above every file can be let alone", async () => {
		await openGo("go.db");
		await go.force(7n);
		expect(await go.up()).toMatchObject({ outcome: "not-exist", message: expect.stringContaining("version 7") });
		{
			await using migrate = await openGodwit("go.db");
			await expect(migrate.up()).rejects.toMatchObject({ code: "ERR_DATABASE_NEWER" });
		}
		await using allowing = await openGodwit("go.db", { newer: "allow" });
		expect(await allowing.up()).toMatchObject({ from: 7n, to: 7n, applied: [] });
	});

	it("lock-across-processes: a second process cannot take the lock", async () => {
		await using other = await startReference(program);
		await openGo("go.db");
		await openGo("go.db", other);
		expect([(await go.lock()).outcome, (await other.lock()).outcome]).toEqual(["ok", "ok"]);
		await using first = await openDriver(url("godwit.db"));
		await using second = await openDriver(url("godwit.db"));
		await first.lock();
		await expect(second.lock({ timeoutMs: 0 })).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
	});

	it("open-writes-nothing: opening makes no table, and an up-to-date database stays as it is", async () => {
		await openGo("go.db");
		expect(tables("go.db")).toEqual(["schema_migrations"]);
		await using migrate = await openGodwit("godwit.db");
		expect(tables("godwit.db")).toEqual([]);
		await migrate.up();
		const before = await readFile(join(folder, "godwit.db"));
		await migrate.up();
		expect(await readFile(join(folder, "godwit.db"))).toEqual(before);
	});

	it("version-table-columns: the table says when, and the lock has a table of its own", async () => {
		await openGo("go.db");
		await go.up();
		await using migrate = await openGodwit("godwit.db");
		await migrate.up();
		expect(columns("go.db")).toEqual(["version", "dirty"]);
		expect(columns("godwit.db")).toEqual(["version", "dirty", "created_at"]);
		expect(tables("godwit.db")).toEqual([
			"a",
			"schema_migrations",
			"schema_migrations_history",
			"schema_migrations_lock",
		]);
		await using adopting = await openGodwit("go.db");
		await adopting.up();
		expect(columns("go.db")).toEqual(["version", "dirty", "godwit_stamp"]);
	});

	it("history: golang-migrate keeps none, and leaves godwit's as it is", async () => {
		await openGo("go.db");
		await go.up();
		expect(tables("go.db")).toEqual(["a", "schema_migrations"]);
		await go.close();
		await using migrate = await openGodwit("godwit.db");
		await migrate.up();
		const events = await migrate.history();
		expect(events).toMatchObject([{ op: "up", version: 1n, target: 1n }]);
		await openGo("godwit.db");
		expect((await go.down()).outcome).toBe("ok");
		expect(await migrate.history()).toEqual(events);
	});

	it("skipped-migration: a way down passes over it, and golang-migrate's does not", async () => {
		await writeFile(join(folder, "3_c.up.sql"), "CREATE TABLE c (x)");
		for (const name of ["go.db", "godwit.db"]) {
			await using migrate = await openGodwit(name);
			await migrate.up();
		}
		await writeFile(join(folder, "1_a.down.sql"), "DROP TABLE a");
		await writeFile(join(folder, "2_b.up.sql"), "INSERT INTO a VALUES (2)");
		await writeFile(join(folder, "2_b.down.sql"), "DELETE FROM a");
		await writeFile(join(folder, "3_c.down.sql"), "DROP TABLE c");
		for (const name of ["go.db", "godwit.db"]) {
			await using migrate = await openGodwit(name);
			await migrate.repair({ kind: "skip", version: 2n });
			using opened = open(name);
			opened.exec("INSERT INTO a VALUES (1)");
		}
		await openGo("go.db");
		await go.steps(-2);
		expect(await go.version()).toMatchObject({ version: 1n });
		expect(names("go.db", "SELECT x FROM a")).toEqual([]);
		await using migrate = await openGodwit("godwit.db");
		expect(await migrate.steps(-1)).toMatchObject({ to: 1n, applied: [{ version: 3n }] });
		expect(names("godwit.db", "SELECT x FROM a")).toEqual([1]);
	});

	it("own-tables-in-a-file: a file that changes the version is refused", async () => {
		await writeFile(join(folder, "2_b.up.sql"), "UPDATE schema_migrations SET version = 7");
		await openGo("go.db");
		await go.up();
		expect(await go.version()).toMatchObject({ version: 2n, dirty: false });
		await using migrate = await openGodwit("godwit.db");
		await expect(migrate.up()).rejects.toMatchObject({ cause: { code: "ERR_OWN_TABLES" } });
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
	});

	it("version-table-checked: a table that does not hold one version is an error", async () => {
		for (const name of ["go.db", "godwit.db"]) {
			using database = open(name);
			database.exec(
				"CREATE TABLE schema_migrations (version, dirty); INSERT INTO schema_migrations VALUES (1, 0), (2, 0)",
			);
		}
		await openGo("go.db");
		expect(await go.version()).toMatchObject({ outcome: "ok", version: 1n });
		await using migrate = await openGodwit("godwit.db");
		await expect(migrate.version()).rejects.toMatchObject({ code: "ERR_DATABASE" });
	});

	function open(name: string): { database: BetterSqlite3.Database; exec(sql: string): void } & Disposable {
		const database = new BetterSqlite3(join(folder, name));
		return { database, exec: (sql) => void database.exec(sql), [Symbol.dispose]: () => void database.close() };
	}

	function names(file: string, sql: string): readonly unknown[] {
		using opened = open(file);
		return opened.database.prepare(sql).pluck().all();
	}

	const tables = (file: string) => names(file, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
	const columns = (file: string) => names(file, "SELECT name FROM pragma_table_info('schema_migrations')");
});

describe("withInstance", () => {
	it("with-instance-stays-open: close() leaves a database open that it was given", async () => {
		const database = new BetterSqlite3(":memory:");
		await sqliteNative.withInstance(database).close();
		expect(database.open).toBe(true);
		database.close();
	});
});
