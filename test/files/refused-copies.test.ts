import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Migrate, memorySource } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, factoryOf } from "./backends.ts";
import {
	accountValues,
	allAccounts,
	CREATE_ACCOUNTS,
	changeAccounts,
	createPlace,
	exec,
	type Place,
	query,
} from "./place.ts";
import { sqlProcess } from "./sql-process.ts";

const COPYING = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;

const onLinux = process.platform === "linux";

const FIRST = { "1_a.up.sql": "CREATE TABLE a (x);" };

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

async function open(backend: BackendName, more: Record<string, string> = {}): Promise<Migrate> {
	const driver = await factoryOf(backend).open(`sqlite://${place.path}`);
	return new Migrate({ source: memorySource({ ...FIRST, ...more }), driver });
}

/** The database has the first migration, and the second one is to be rehearsed. */
async function openAt1(backend: BackendName, sql: string): Promise<Migrate> {
	const migrate = await open(backend, { "2_b.up.sql": sql });
	await migrate.steps(1);
	return migrate;
}

describe.each(COPYING)("a copy that cannot be made, on %s,", (backend) => {
	/** A folder in which nobody can make a file, root neither. */
	const directory = "/proc";

	it.runIf(onLinux)(
		"is a backup in a folder that takes no files, which tells the reason and what to look at",
		async () => {
			await using migrate = await open(backend);
			await migrate.up();
			await expect(migrate.backup({ directory })).rejects.toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringMatching(
					/^cannot make the backup \/proc\/app\.db\..*: E[A-Z]+: .*; check the permissions of the/,
				),
				cause: { code: expect.stringMatching(/^E[A-Z]+$/) },
			});
			expect(place.files()).toEqual(["app.db"]);
			expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
		},
	);

	it.runIf(onLinux)("is a rehearsal in such a folder, with the option for another one", async () => {
		await using migrate = await openAt1(backend, "CREATE TABLE b (x);");
		await expect(migrate.rehearse(undefined, { directory })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/^cannot make the copies of a rehearsal: E[A-Z]+: .*with -copy-dir/),
		});
		expect(place.files()).toEqual(["app.db"]);
	});

	it("is a rehearsal in a folder that is not there", async () => {
		await using migrate = await openAt1(backend, "CREATE TABLE b (x);");
		const directory = place.of("gone");
		await expect(migrate.rehearse(undefined, { directory })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: `there is no folder ${directory} for the rehearsal; make it first`,
		});
		expect(place.files()).toEqual(["app.db"]);
	});

	it.each([
		["of links that lead to each other", "loop.db", /^cannot open .*loop\.db: ELOOP/],
		["into a folder that is not there", "gone/old.db", /^cannot open .*gone\/old\.db: ENOENT/],
	])("is a restore from a path %s", async (_, name, message) => {
		symlinkSync("loop.db", place.of("loop.db"));
		await using migrate = await open(backend);
		await migrate.up();
		exec(place.path, "INSERT INTO a VALUES ('kept')");
		await expect(migrate.restore(place.of(name), { swap: true })).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(message),
		});
		expect(query(place.path, "SELECT x FROM a")).toEqual([["kept"]]);
		expect(place.files()).toEqual(["app.db", "loop.db"]);
	});
});

/** The lock of node-sqlite3-wasm has a longer name than these copies, and is refused first. */
describe.each(["sqlite-native", "sqlite-node"] as const)("a database on %s with a long name", (backend) => {
	/** A file system takes 255 bytes. */
	const LIMIT = 255;

	async function openAt(name: string): Promise<Migrate> {
		const driver = await factoryOf(backend).open(`sqlite://${place.of(name)}`);
		const migrate = new Migrate({ source: memorySource({ ...FIRST, "2_b.up.sql": "CREATE TABLE b (x);" }), driver });
		await migrate.steps(1);
		return migrate;
	}

	function tooLong(what: string): object {
		return {
			code: "ERR_DATABASE",
			message: expect.stringMatching(new RegExp(`^${what}.*: ENAMETOOLONG: .*; give the database a shorter name`)),
			suppressed: [],
		};
	}

	it.runIf(onLinux)(
		"has no backup and no rehearsal beside it, which is told with the reason and what to do",
		async () => {
			const directory = place.of("backups");
			mkdirSync(directory);
			const ending = ".0123456789.v1.20261127T041241123Z.backup.copying";
			const name = "n".repeat(LIMIT - ending.length + 1);
			await using migrate = await openAt(name);
			await expect(migrate.backup({ directory })).rejects.toMatchObject(tooLong(`cannot make the backup ${directory}`));
			await expect(migrate.rehearse()).rejects.toMatchObject(tooLong("cannot make the copies of a rehearsal"));
			expect(readdirSync(directory)).toEqual([]);
			expect(place.files()).toEqual(["backups", name]);
			expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
		},
	);

	it.runIf(onLinux)("is not restored, which is told with the reason and what to do", async () => {
		// SQLite's journal has a shorter ending.
		const name = "n".repeat(LIMIT - ".restoring".length + 1);
		await using migrate = await openAt(name);
		exec(place.of("other.db"), "CREATE TABLE a (x)");
		const restore = migrate.restore(place.of("other.db"), { swap: true });
		await expect(restore).rejects.toMatchObject(tooLong(`cannot restore ${place.of("other.db")}`));
		expect(place.files()).toEqual([name, "other.db"]);
	});
});

/** Locks a file as an application of this process does that uses the same library. */
function lockBy(backend: BackendName, path: string): void {
	if (backend === "sqlite-wasm") {
		mkdirSync(`${path}.lock`);
		return;
	}
	openBy(backend, path).exec("BEGIN EXCLUSIVE");
}

/** A connection of an application of this process, which uses the same library. */
function openBy(backend: BackendName, path: string): { exec(sql: string): unknown; close(): unknown } {
	const application = backend === "sqlite-native" ? new BetterSqlite3(path) : new DatabaseSync(path);
	onTestFinished(() => {
		const isOpen = "isOpen" in application ? application.isOpen : application.open;
		if (isOpen) application.close();
	});
	return application;
}

describe.each(COPYING)("a file that a rehearsal on %s is to attach", (backend) => {
	async function findingOf(name: string): Promise<unknown> {
		const sql = `-- godwit: no-transaction\nATTACH '${place.of(name)}' AS other;`;
		await using migrate = await openAt1(backend, sql);
		const before = readFileSync(place.path);
		const { findings, reached } = await migrate.rehearse();
		expect(readFileSync(place.path).equals(before)).toBe(true);
		expect(reached).toMatchObject([{ how: "not run", message: expect.stringContaining("was not attached") }]);
		return findings[0];
	}

	it("is not the database itself, of which that would be another copy", async () => {
		expect(await findingOf("app.db")).toMatchObject({
			rule: "not-rehearsed",
			message: expect.stringContaining("app.db is the database itself, and would be attached to its own copy"),
		});
	});

	it("is not one that a program has locked, which is told", async () => {
		exec(place.of("other.db"), "CREATE TABLE o (x)");
		lockBy(backend, place.of("other.db"));
		expect(await findingOf("other.db")).toMatchObject({
			rule: "not-rehearsed",
			message: expect.stringContaining("other.db cannot be copied now: database is locked"),
		});
	});

	it("is not one in a folder that is not there, which is named", async () => {
		expect(await findingOf("gone/other.db")).toMatchObject({
			message: expect.stringContaining(`there is no folder ${place.of("gone")}; make it first`),
		});
	});

	it.runIf(backend === "sqlite-wasm")("is not a symbolic link, after which that library names its lock", async () => {
		exec(place.of("other.db"), "CREATE TABLE o (x)");
		symlinkSync("other.db", place.of("link.db"));
		expect(await findingOf("link.db")).toMatchObject({
			message: expect.stringContaining(`attach ${place.of("other.db")} itself`),
		});
	});
});

describe.runIf(onLinux)("a connection of another copy of the library", () => {
	/** Opens the database by a second copy of better-sqlite3. */
	function lent(): InstanceType<typeof BetterSqlite3> {
		new BetterSqlite3(":memory:").close();
		const [loaded = ""] = /\S+better-sqlite3\S+\.node/.exec(readFileSync("/proc/self/maps", "utf8")) ?? [];
		const nativeBinding = place.of("copy.node");
		copyFileSync(loaded, nativeBinding);
		const database = new BetterSqlite3(place.path, { nativeBinding });
		onTestFinished(() => void database.close());
		return database;
	}

	it("has its database backed up, and not replaced", async () => {
		const source = memorySource({ ...FIRST, "2_b.up.sql": "CREATE TABLE b (x);" });
		await using migrate = new Migrate({ source, driver: sqliteNative.withInstance(lent()) });
		await migrate.steps(1);
		const { path } = await migrate.backup();
		await migrate.up();
		await expect(migrate.restore(path)).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringContaining("open through another copy of better-sqlite3 than godwit has; close it"),
		});
		expect(await migrate.version()).toEqual({ version: 2n, dirty: false });
	});

	it("rehearses on a copy of its database, and copies no other file", async () => {
		exec(place.of("other.db"), "CREATE TABLE o (x)");
		const attaching = `-- godwit: no-transaction\nATTACH '${place.of("other.db")}' AS other;`;
		const source = memorySource({ ...FIRST, "2_b.up.sql": attaching });
		await using migrate = new Migrate({ source, driver: sqliteNative.withInstance(lent()) });
		await migrate.steps(1);
		const { findings, migrations } = await migrate.rehearse();
		expect(migrations).toMatchObject([{ version: 2n }]);
		expect(findings[0]).toMatchObject({
			rule: "not-rehearsed",
			message: expect.stringContaining("other.db cannot be copied through another copy of the SQLite library"),
		});
	});
});

describe("a migration that breaks the schema, where the library lets it", () => {
	it("is rehearsed up to the comparison, which fails with SQLite's reason and leaves nothing", async () => {
		const sql =
			"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE a (' WHERE name = 'a'; PRAGMA writable_schema = OFF;";
		await using migrate = await openAt1("sqlite-wasm", sql);
		await expect(migrate.rehearse()).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining(`cannot rehearse on a copy of ${place.path}: malformed database schema (a)`),
		});
		expect(query(place.path, "SELECT count(*) FROM a")).toEqual([[0]]);
		expect(place.files()).toEqual(["app.db"]);
	});
});

describe.each(["sqlite-native", "sqlite-node"] as const)("a rehearsal on %s of a database", (backend) => {
	it("that a program keeps to itself is refused as busy, and leaves nothing", async () => {
		await (await openAt1(backend, "CREATE TABLE b (x);")).close();
		lockBy(backend, place.path);
		await using driver = await factoryOf(backend).open(`sqlite://${place.path}?x-busy-timeout=50ms`);
		await expect(driver.rehearsal?.()).rejects.toMatchObject({ code: "ERR_BUSY" });
		expect(place.files().filter((name) => name.includes("rehearsal"))).toEqual([]);
	});

	it("that a program was killed in, as it wrote, brings that back first and rehearses on it", async () => {
		exec(place.path, `${CREATE_ACCOUNTS} CREATE TABLE a (x)`);
		const application = await sqlProcess(place.path);
		await application.run("BEGIN IMMEDIATE");
		for (const sql of changeAccounts().trim().split("\n")) await application.run(sql);
		await application.kill();
		expect(place.files()).toEqual(["app.db", "app.db-journal"]);
		const driver = await factoryOf(backend).open(`sqlite://${place.path}`);
		await using migrate = new Migrate({ source: memorySource({ "1_c.up.sql": changeAccounts() }), driver });
		const { rows, clean } = await migrate.rehearse();
		expect(clean).toBe(true);
		expect(rows?.tables.find(({ name }) => name === "accounts")).toMatchObject({ changed: 300, lost: 0 });
		expect(place.files()).toEqual(["app.db"]);
		expect(accountValues(place.path)).toEqual(allAccounts(1));
	});
});

describe.each(COPYING)("what a rehearsal on %s runs that means more than the database", (backend) => {
	async function reachedBy(sql: string): Promise<unknown> {
		await using migrate = await openAt1(backend, `-- godwit: no-transaction\n${sql}`);
		const { findings, migrations, reached } = await migrate.rehearse();
		expect(findings.filter(({ level }) => level === "error")).toEqual([]);
		expect(migrations).toMatchObject([{ outcome: "ran" }]);
		return reached;
	}

	it("is let through where it is a database in memory or without a name", async () => {
		expect(await reachedBy("ATTACH ':memory:' AS one; CREATE TABLE one.t (x); ATTACH NULL AS two;")).toEqual([]);
	});

	it.each([
		"PRAGMA temp_store_directory = '/nowhere';",
		`PRAGMA "temp_store_directory" = '/nowhere';`,
		"PRAGMA main.'temp_store_directory' = '/nowhere';",
		"PRAGMA main . [Temp_Store_Directory]('/nowhere');",
		"PRAGMA/**/temp_store_directory='/nowhere';",
		"PRAGMA -- .\ntemp_store_directory = '/nowhere';",
	])("is not a PRAGMA about the whole process, which is told: %s", async (sql) => {
		expect(await reachedBy(sql)).toMatchObject([
			{ how: "not run", message: "this PRAGMA is about the whole process, and was not run" },
		]);
	});

	it.each([
		["a blob", (path: string) => `X'${Buffer.from(path).toString("hex")}'`],
		["a text with a NUL", (path: string) => `'${path}' || char(0) || 'behind it'`],
	])("is found as SQLite reads it, here as in the run, when %s names a file", async (_, expressionOf) => {
		const path = place.of("out.db");
		exec(path, "CREATE TABLE z (a)");
		await using migrate = await openAt1(
			backend,
			`-- godwit: no-transaction\nATTACH ${expressionOf(path)} AS o; DROP TABLE IF EXISTS o.z;`,
		);
		const { clean, reached } = await migrate.rehearse();
		expect(reached).toMatchObject([{ message: expect.stringContaining(`${path} is outside of the database`) }]);
		expect(query(path, "SELECT name FROM sqlite_schema")).toEqual([["z"]]);
		expect(place.files()).toEqual(["app.db", "out.db"]);
		expect(clean).toBe(true);
		await migrate.up();
		expect(query(path, "SELECT name FROM sqlite_schema")).toEqual([]);
	});
});

describe.each(["sqlite-native", "sqlite-node"] as const)("a swap on %s", (backend) => {
	it("waits for a reader, and changes nothing when that stays", async () => {
		let backup = "";
		{
			await using migrate = await openAt1(backend, "INSERT INTO a VALUES ('after');");
			backup = (await migrate.backup()).path;
			await migrate.up();
		}
		await using driver = await factoryOf(backend).open(`sqlite://${place.path}?x-busy-timeout=50ms`);
		await driver.lock();
		const application = openBy(backend, place.path);
		application.exec("BEGIN; SELECT * FROM a");
		const prepare = async (): Promise<void> => {};
		await expect(driver.restore?.(backup, { swap: true, prepare })).rejects.toMatchObject({ code: "ERR_BUSY" });
		application.close();
		expect(query(place.path, "SELECT x FROM a")).toEqual([["after"]]);
		await driver.restore?.(backup, { swap: true, prepare });
		await driver.unlock();
		expect(query(place.path, "SELECT x FROM a")).toEqual([]);
		expect(place.files().filter((name) => !name.endsWith(".backup"))).toEqual(["app.db"]);
	});
});
