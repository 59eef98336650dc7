import {
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	realpathSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Driver, NIL_VERSION, textBody } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeSqlite } from "../../../../examples/third-party-driver/node-sqlite.ts";
import { makeLink, newLink, readLink } from "../../src/lock-file/link-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import { sqliteFactory } from "../../src/sqlite-factory.ts";
import { type ChildProcesses, childProcesses } from "../fixtures/child-processes.ts";
import { rejectionOf } from "../fixtures/error-of.ts";
import { nativeApplication } from "../fixtures/native-application-process.ts";
import { nodeConnection } from "../fixtures/node-connection.ts";
import { deadOwner, memberOf, uncheckedOwner } from "../fixtures/other-owners.ts";

const FAST = "x-synchronous=off&x-busy-timeout=1ms&x-lock-timeout=1ms";

let folder: string;
let path: string;
let children: ChildProcesses;

const at = (name: string): string => join(folder, name);

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-access-")));
	path = at("app.db");
	children = childProcesses();
});

afterEach(async () => {
	await children[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

function open(file = path, options = FAST): Promise<Driver> {
	return nodeSqlite.open(`node-sqlite://${file}?${options}`);
}

function files(): readonly string[] {
	return readdirSync(folder).sort();
}

/** Makes a database, as if its last write were long ago. */
function make(file: string, sql = "CREATE TABLE t (a); INSERT INTO t VALUES ('before')"): void {
	{
		using database = new DatabaseSync(file);
		database.exec(sql);
	}
	utimesSync(file, 1, 1);
}

function valuesOf(file: string): readonly unknown[] {
	using database = new DatabaseSync(file, { readOnly: true });
	return database
		.prepare("SELECT a FROM t")
		.all()
		.map(({ a }) => a);
}

/** Leaves a transaction of a killed process in a file: changed pages in it, and the journal that has the old ones. */
async function crash(file: string): Promise<void> {
	make(file);
	const application = await nativeApplication(children, file);
	await application.run("PRAGMA cache_size = 1");
	await application.run("BEGIN IMMEDIATE");
	await application.run("UPDATE t SET a = 'half'");
	await application.run(
		"INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT hex(randomblob(1000)) FROM n",
	);
	await children.kill(application.process);
	expect(existsSync(`${file}-journal`)).toBe(true);
}

describe("a run", () => {
	it("holds the link beside the file from lock to unlock, and the connection with it", async () => {
		await using driver = await open();
		expect(files()).toEqual([]);
		await driver.lock();
		expect(readLink(`${path}.lock`)).toMatchObject({ kind: "native", files: [] });
		await driver.run(textBody("CREATE TABLE t (a);"));
		await driver.setVersion({ version: 1n, dirty: false });
		expect(files()).toEqual(["app.db", "app.db-journal", "app.db.lock"]);
		await driver.unlock();
		expect(files()).toEqual(["app.db"]);
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
	});

	it("holds it also for a call without the lock, for the length of it", async () => {
		await using driver = await open();
		let during: string | undefined;
		await driver.transaction?.({ version: 3n, dirty: false }, async () => {
			during = readLink(`${path}.lock`)?.kind;
		});
		expect(during).toBe("native");
		expect(files()).toEqual(["app.db"]);
	});

	it("gives the link back when a call fails, and when the lock cannot be had", async () => {
		await using driver = await open();
		expect(await rejectionOf(driver.run(textBody("nonsense")))).toMatchObject({ code: "ERR_SQL" });
		expect(files()).toEqual(["app.db"]);
		const application = await nativeApplication(children, path);
		await application.run("BEGIN EXCLUSIVE");
		expect(await rejectionOf(driver.lock())).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: "a transaction of another connection" },
		});
		expect(files()).not.toContain("app.db.lock");
	});

	it("is told when the lock was removed by hand, and removes nothing of the next one's", async () => {
		await using driver = await open();
		await driver.lock();
		unlinkSync(`${path}.lock`);
		mkdirSync(`${path}.lock`);
		expect(await rejectionOf(driver.unlock())).toMatchObject({ code: "ERR_LOCK_LOST" });
		expect(files()).toContain("app.db.lock");
		rmSync(`${path}.lock`, { recursive: true });
	});

	it("rolls back what a killed process left, before it reads", async () => {
		await crash(path);
		const owner = deadOwner();
		makeLink(`${path}.lock`, newLink("wasm", owner, [memberOf(owner)], []));
		await using driver = await open();
		await driver.lock();
		await driver.unlock();
		expect(valuesOf(path)).toEqual(["before"]);
		expect(files()).toEqual(["app.db"]);
	});

	it("rolls back the attached files that a killed process had noted", async () => {
		await crash(at("other.db"));
		make(path);
		const owner = deadOwner();
		for (const [file, noted] of [
			[path, ["other.db"]],
			[at("other.db"), []],
		] as const) {
			makeLink(`${file}.lock`, newLink("wasm", owner, [memberOf(owner)], noted));
		}
		await using driver = await open();
		await driver.lock();
		await driver.unlock();
		expect(files()).toEqual(["app.db", "other.db"]);
		expect(valuesOf(at("other.db"))).toEqual(["before"]);
	});

	it("leaves an attached file that was noted to whoever has it by now", async () => {
		await crash(at("other.db"));
		make(path);
		const [owner, other] = [deadOwner(), uncheckedOwner()];
		makeLink(`${path}.lock`, newLink("wasm", owner, [memberOf(owner)], ["other.db"]));
		makeLink(`${at("other.db")}.lock`, newLink("wasm", other, [memberOf(other)], []));
		await using driver = await open();
		await driver.lock();
		await driver.unlock();
		expect(files()).toEqual(["app.db", "other.db", "other.db-journal", "other.db.lock"]);
	});
});

describe("an attached file that a dead process had noted", () => {
	function note(...noted: readonly string[]): void {
		make(path);
		const owner = deadOwner();
		makeLink(`${path}.lock`, newLink("wasm", owner, [memberOf(owner)], noted));
	}

	async function run(): Promise<void> {
		await using driver = await open();
		await driver.lock();
		await driver.unlock();
	}

	it("is forgotten when it is no more, or has no journal", async () => {
		make(at("other.db"));
		note("gone.db", "other.db");
		await run();
		expect(files()).toEqual(["app.db", "other.db"]);
		expect(valuesOf(at("other.db"))).toEqual(["before"]);
	});

	it("stays noted while it cannot be rolled back, as with two names, and is rolled back by the run after that", async () => {
		await crash(at("other.db"));
		note("other.db");
		linkSync(at("other.db"), at("second.db"));
		expect(await rejectionOf(open())).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/other\.db has 2 names \(hard links\)/),
		});
		expect(files()).toContain("other.db-journal");
		expect(readLink(`${path}.lock`)?.files).toEqual(["other.db"]);
		unlinkSync(at("second.db"));
		await run();
		expect(files()).toEqual(["app.db", "other.db"]);
		expect(valuesOf(at("other.db"))).toEqual(["before"]);
	});
});

describe("a file that is attached", () => {
	it("gets its lock and its note before it is read, and gives both back at the end", async () => {
		await using driver = await open();
		await driver.lock();
		await driver.run(
			textBody("-- a comment\nATTACH /* AS */ 'other.db' || '' AS o;".replace("other.db", at("other.db"))),
		);
		expect(readLink(`${path}.lock`)?.files).toEqual(["other.db"]);
		expect(readLink(`${at("other.db")}.lock`)).toMatchObject({ kind: "native" });
		await driver.unlock();
		expect(files()).toEqual(["app.db", "other.db"].filter((name) => existsSync(at(name))));
	});

	it("is waited for by the next lock, naming it, when somebody holds it, and nothing is done in it before", async () => {
		make(at("other.db"));
		const { owner } = newHolder();
		makeLink(`${at("other.db")}.lock`, newLink("wasm", owner, [memberOf(owner, 0, "node:sqlite")], []));
		await using driver = await open();
		await driver.lock();
		const body = `CREATE TABLE x (a); ATTACH '${at("other.db")}' AS o; INSERT INTO o.t VALUES ('after');`;
		const failure = await rejectionOf(driver.run(textBody(body)));
		expect(failure).toMatchObject({ code: "ERR_START_OVER" });
		await driver.unlock();
		expect(readdirSync(folder)).not.toContain("app.db.lock");
		const waited = await rejectionOf(driver.lock({ timeoutMs: 0 }));
		expect(waited).toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		expect(waited).toHaveProperty("message", expect.stringContaining(`${at("other.db")}.lock is held by process`));
		expect(valuesOf(at("other.db"))).toEqual(["before"]);
		expect(readdirSync(folder)).not.toContain("app.db.lock");
	});

	it("is refused when it has two names", async () => {
		make(at("other.db"));
		linkSync(at("other.db"), at("second.db"));
		await using driver = await open();
		const failure = await rejectionOf(driver.run(textBody(`ATTACH '${at("other.db")}' AS o;`)));
		expect(failure).toMatchObject({ code: "ERR_DATABASE" });
	});

	it("is noticed when its name could not be read before", async () => {
		make(path);
		await using driver = await open(path);
		// A name that is another one each time that it is asked for.
		const body = `ATTACH '${at("x")}' || hex(randomblob(4)) AS o;`;
		const failure = await rejectionOf(driver.run(textBody(body)));
		expect(failure).toMatchObject({ code: "ERR_DATABASE" });
		expect(failure).toHaveProperty("message", expect.stringContaining("was attached as o without its lock"));
	});

	it.each(["':memory:'", "''", "'file::memory:'"])("needs no lock when it is %s", async (name) => {
		await using driver = await open();
		await driver.lock();
		await driver.run(textBody(`ATTACH ${name} AS o; CREATE TABLE o.t (a);`));
		expect(readLink(`${path}.lock`)?.files).toEqual([]);
		await driver.unlock();
	});

	it("is SQLite's to report when its name cannot be read", async () => {
		await using driver = await open();
		expect(await rejectionOf(driver.run(textBody("ATTACH nonsense( AS o;")))).toMatchObject({ code: "ERR_SQL" });
		expect(files()).toEqual(["app.db"]);
	});
});

describe("a read", () => {
	it("makes nothing: neither a database, nor a link", async () => {
		await using driver = await open();
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		expect(files()).toEqual([]);
	});

	it("leaves the files as they were, also those of a database with a write-ahead log", async () => {
		for (const mode of ["delete", "wal"]) {
			const file = at(`${mode}.db`);
			make(file, `PRAGMA journal_mode = ${mode}; CREATE TABLE t (a)`);
			await using driver = await open(file);
			expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		}
		expect(files()).toEqual(["delete.db", "wal.db"]);
	});

	it("rolls back what a killed process left", async () => {
		await crash(path);
		await using driver = await open();
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		expect(files()).toEqual(["app.db"]);
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("does not wait for a living native holder, in whose link it stays out", async () => {
		await using driver = await open();
		await driver.lock();
		await driver.setVersion({ version: 5n, dirty: false });
		const text = readlinkSync(`${path}.lock`);
		await using reader = await open();
		expect(await reader.version()).toMatchObject({ version: 5n, dirty: false });
		expect(readlinkSync(`${path}.lock`)).toBe(text);
		await driver.unlock();
	});

	it("waits for a wasm holder as for a migration, and for a folder as for a transaction", async () => {
		make(path);
		await using reader = await open();
		const { owner } = newHolder();
		makeLink(`${path}.lock`, newLink("wasm", owner, [memberOf(owner, 0, "node:sqlite")], []));
		expect(await rejectionOf(reader.version())).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: expect.stringContaining(`process ${process.pid} on host`) },
		});
		unlinkSync(`${path}.lock`);
		mkdirSync(`${path}.lock`);
		expect(await rejectionOf(reader.version())).toMatchObject({ code: "ERR_BUSY" });
		await using second = await open();
		expect(await rejectionOf(second.lock())).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: expect.stringMatching(/app\.db\.lock was made .* by a program that is not godwit/) },
		});
	});

	it("takes the lock beside the file where the library has no connection that cannot write", async () => {
		const seen: (string | undefined)[] = [];
		const binding = {
			name: "node:sqlite",
			connect(file: string) {
				seen.push(readLink(`${file}.lock`)?.kind);
				return nodeConnection(new DatabaseSync(file, { readBigInts: true }));
			},
			borrow: (database: DatabaseSync) => nodeConnection(database),
			usability: () => "usable" as const,
		};
		make(path);
		await using driver = await sqliteFactory<DatabaseSync>(binding).open(`x://${path}`);
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		expect(seen.length).toBeGreaterThan(0);
		expect(seen).not.toContain(undefined);
		expect(files()).toEqual(["app.db"]);
	});
});

describe("a path", () => {
	it("through a symbolic link is that of the file, also when the file is not there yet", async () => {
		mkdirSync(at("data"));
		symlinkSync("data/app.db", at("link.db"));
		await using driver = await open(at("link.db"));
		await driver.lock();
		expect(readdirSync(at("data"))).toContain("app.db.lock");
		await driver.setVersion({ version: 1n, dirty: false });
		await driver.unlock();
		expect(readdirSync(at("data"))).toEqual(["app.db"]);
		expect(files()).toEqual(["data", "link.db"]);
	});

	it("to a file with two names is refused, and nothing is left", async () => {
		make(path);
		linkSync(path, at("second.db"));
		await using driver = await open();
		expect(await rejectionOf(driver.lock())).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("hard links"),
		});
		expect(files()).toEqual(["app.db", "second.db"]);
	});

	it.each([
		["into no folder", "none/app.db", "there is no folder"],
		["to a folder", "folder", "it is a folder"],
		["of links that lead to each other", "loop", "too many symbolic links"],
		["that no file system takes", "x".repeat(300), "ENAMETOOLONG"],
	])("%s is refused with the reason", async (_, name, reason) => {
		mkdirSync(at("folder"));
		symlinkSync("loop", at("loop"));
		expect(await rejectionOf(open(at(name)))).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining(reason),
		});
	});

	it("with room for the database and none for its lock is SQLite's to refuse", async () => {
		await using driver = await open(at("x".repeat(253)));
		expect(await rejectionOf(driver.lock())).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("unable to open database file"),
		});
		expect(files().filter((name) => name.includes("lock"))).toEqual([]);
	});

	it("to what is no database is refused when it is opened", async () => {
		writeFileSync(path, "x".repeat(4_096));
		utimesSync(path, 1, 1);
		expect(await rejectionOf(open())).toMatchObject({
			code: "ERR_DATABASE",
			details: { resultCode: "SQLITE_NOTADB" },
		});
		expect(files()).toEqual(["app.db"]);
	});
});

describe("a connection that the caller lends", () => {
	it("is kept under the link for the length of a run, and stays open", async () => {
		const database = new DatabaseSync(path);
		await using driver = nodeSqlite.withInstance(database, { busyTimeoutMs: 1, lockTimeoutMs: 1 });
		await driver.lock();
		expect(readLink(`${path}.lock`)).toMatchObject({ kind: "native" });
		await driver.setVersion({ version: 1n, dirty: false });
		await driver.unlock();
		expect(files()).toEqual(["app.db"]);
		await driver.close();
		expect(database.prepare("SELECT version FROM schema_migrations").all()).toEqual([{ version: 1 }]);
		database.close();
	});

	it("has the files that the caller has attached under their links too", async () => {
		const database = new DatabaseSync(path);
		database.exec(`ATTACH '${at("other.db")}' AS o; CREATE TABLE o.t (a)`);
		await using driver = nodeSqlite.withInstance(database, { busyTimeoutMs: 1, lockTimeoutMs: 1 });
		await driver.lock();
		expect(files()).toContain("other.db.lock");
		await driver.unlock();
		expect(files()).toEqual(["app.db", "other.db"]);
		mkdirSync(`${at("other.db")}.lock`);
		expect(await rejectionOf(driver.lock())).toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
		expect(files()).toEqual(["app.db", "other.db", "other.db.lock"]);
		database.close();
	});

	it("of no file needs no lock", async () => {
		const database = new DatabaseSync(":memory:");
		await using driver = nodeSqlite.withInstance(database);
		await driver.lock();
		await driver.setVersion({ version: 1n, dirty: false });
		await driver.unlock();
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
		database.close();
	});
});

describe("close", () => {
	it("gives back what is held, ends the holder, and can be called again", async () => {
		const driver = await open();
		await driver.lock();
		await driver.close();
		await driver.close();
		expect(files()).toEqual(["app.db"]);
		expect(await rejectionOf(driver.version())).toMatchObject({ code: "ERR_CLOSED" });
	});

	it("makes a link that it cannot remove a dead holder's", async () => {
		const driver = await open();
		await driver.lock();
		const claim = `${path}.lock.break-${readLink(`${path}.lock`)?.id}`;
		makeLink(claim, newLink("native", uncheckedOwner(), [], []));
		expect(await rejectionOf(driver.close())).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining("app.db.lock is being changed by process 4711 on host elsewhere"),
		});
		unlinkSync(claim);
		expect(files()).toContain("app.db.lock");
		await using next = await open();
		await next.lock();
		await next.unlock();
		expect(files()).toEqual(["app.db"]);
	});
});
