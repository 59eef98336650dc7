import { spawnSync } from "node:child_process";
import {
	chmodSync,
	closeSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	renameSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Driver, isMigrateError, NIL_VERSION, textBody } from "../../core/src/index.ts";
import { sqliteWasm } from "../src/index.ts";
import { type Application, type Applications, applications } from "./fixtures/applications.ts";

const require = createRequire(import.meta.url);
const { Database } = require("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

const FAST = "x-synchronous=off&x-busy-timeout=1ms&x-lock-timeout=1ms";
const onLinux = process.platform === "linux";
const asRoot = process.getuid?.() === 0;

let folder: string;
let path: string;
let others: Applications;

const at = (name: string): string => join(folder, name);

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-wasm-")));
	path = at("app.db");
	others = applications();
});

afterEach(async () => {
	await others[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

function open(file = path, options = FAST): Promise<Driver> {
	return sqliteWasm.open(`sqlite-wasm://${file}?${options}`);
}

function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
	return promise.then(
		() => undefined,
		(error: unknown) => error,
	);
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

/** Begins a transaction that has written to the file before it ends. */
async function beginLarge(application: Application): Promise<void> {
	for (const sql of [
		"PRAGMA cache_size = 1",
		"BEGIN IMMEDIATE",
		"UPDATE t SET a = 'half'",
		"INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT hex(randomblob(1000)) FROM n",
	]) {
		expect(await application.run(sql)).toEqual([]);
	}
}

describe("a run on sqlite-wasm", () => {
	it("holds a wasm link from lock to unlock, and leaves nothing beside the file", async () => {
		await using driver = await open();
		await driver.lock();
		expect(readlinkSync(`${path}.lock`)).toMatch(/^godwit1 wasm /);
		await driver.run(textBody("CREATE TABLE t (a);"));
		await driver.setVersion({ version: 1n, dirty: false });
		await driver.unlock();
		expect(files()).toEqual(["app.db"]);
		expect(await driver.version()).toMatchObject({ version: 1n, dirty: false });
	});

	it("keeps native readers and writers of other processes out by the kernel's lock, until it ends", async () => {
		make(path);
		const application = await others.start("native", path);
		await using driver = await open();
		await driver.lock();
		for (const sql of ["SELECT * FROM t", "INSERT INTO t VALUES (1)", "BEGIN IMMEDIATE"]) {
			expect(await application.run(sql)).toBe("database is locked");
		}
		await driver.run(textBody("INSERT INTO t VALUES ('migrated');"));
		expect(await application.run("SELECT * FROM t")).toBe("database is locked");
		await driver.unlock();
		expect(await application.run("SELECT * FROM t")).toEqual([{ a: "before" }, { a: "migrated" }]);
	});

	it("keeps applications on node-sqlite3-wasm out, and waits for them", async () => {
		make(path);
		const application = await others.start("wasm", path);
		await using driver = await open();
		await driver.lock();
		expect(await application.run("SELECT * FROM t")).toBe("database is locked");
		await driver.unlock();
		expect(await application.run("BEGIN IMMEDIATE")).toEqual([]);
		const busy = await rejectionOf(driver.lock());
		expect(isMigrateError(busy, "ERR_LOCK_TIMEOUT") && busy.details.owner).toMatch(/app\.db\.lock was made \d+ s ago/);
		await application.run("COMMIT");
		await driver.lock();
		await driver.unlock();
	});

	it("is refused while a native application writes, naming its process, and leaves its transaction alone", async () => {
		make(path);
		const application = await others.start("native", path);
		await beginLarge(application);
		await using driver = await open();
		const busy = await rejectionOf(driver.lock());
		expect(isMigrateError(busy, "ERR_LOCK_TIMEOUT") && busy.details.owner).toContain(
			`${path} is in use by process ${application.pid} through native SQLite`,
		);
		// The journal may be a dead one's too, and then it has to stay covered from applications on node-sqlite3-wasm.
		expect(files()).toEqual(["app.db", "app.db-journal", "app.db.lock"]);
		expect(await application.run("COMMIT")).toEqual([]);
		await driver.close();
		expect(files()).toEqual(["app.db"]);
		expect(valuesOf(path)).toHaveLength(51);
	});

	it.runIf(onLinux)(
		"is refused while a native connection of this process writes, and leaves its lock alone",
		async () => {
			make(path);
			const other = await others.start("native", path);
			using database = new DatabaseSync(path);
			database.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('ours')");
			await using driver = await open();
			await rejectionOf(driver.version());
			expect(await rejectionOf(driver.lock())).toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
			expect(await other.run("BEGIN IMMEDIATE")).toBe("database is locked");
			database.exec("COMMIT");
		},
	);

	it.runIf(onLinux)("commits nothing once another part of the process has closed the file", async () => {
		make(path);
		await using driver = await open();
		await driver.lock();
		closeSync(openSync(path, "r"));
		const lost = await rejectionOf(driver.run(textBody("INSERT INTO t VALUES ('lost');")));
		expect(lost).toMatchObject({ code: "ERR_LOCK_LOST" });
		expect(lost).toHaveProperty("message", expect.stringContaining(`another part of this process closed ${path}`));
		await rejectionOf(driver.unlock());
		await driver.close();
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("commits nothing once its link was removed", async () => {
		make(path);
		await using driver = await open();
		await driver.lock();
		unlinkSync(`${path}.lock`);
		expect(await rejectionOf(driver.run(textBody("INSERT INTO t VALUES ('lost');")))).toMatchObject({
			code: "ERR_LOCK_LOST",
		});
		await rejectionOf(driver.close());
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("commits nothing once another file was put in the place of its own", async () => {
		make(path);
		make(at("restored.db"));
		await using driver = await open();
		await driver.lock();
		renameSync(at("restored.db"), path);
		expect(await rejectionOf(driver.run(textBody("INSERT INTO t VALUES ('lost');")))).toMatchObject({
			code: "ERR_LOCK_LOST",
			message: expect.stringContaining(`another file was put in the place of ${path}`),
		});
		await rejectionOf(driver.close());
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("commits nothing once its journal was taken away, and writes nothing more", async () => {
		make(path);
		await using driver = await open();
		await driver.lock();
		const failure = await rejectionOf(
			driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
				await run(textBody("INSERT INTO t VALUES ('lost');"));
				unlinkSync(`${path}-journal`);
			}) ?? Promise.resolve(),
		);
		expect(failure).toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "another program" } });
		await rejectionOf(driver.close());
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("rolls back what a killed application or run left, once its lock is seen to be dead or is cleared", async () => {
		make(path);
		const application = await others.start("wasm", path);
		await beginLarge(application);
		await application.kill();
		expect(files()).toEqual(["app.db", "app.db-journal", "app.db.lock"]);
		const before = readFileSync(path);
		await using driver = await open();
		expect(await rejectionOf(driver.version())).toMatchObject({ code: "ERR_BUSY" });
		expect(readFileSync(path)).toEqual(before);
		const asked: string[] = [];
		const cleared = await sqliteWasm.breakLocks(`sqlite-wasm://${path}`, async (holder) => {
			asked.push(holder);
			return true;
		});
		expect([cleared, asked.length]).toEqual([1, 1]);
		expect(files()).toEqual(["app.db"]);
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("rolls back the journal of a killed native application", async () => {
		make(path);
		const application = await others.start("native", path);
		await beginLarge(application);
		await application.kill();
		expect(files()).toEqual(["app.db", "app.db-journal"]);
		await using driver = await open();
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		expect(files()).toEqual(["app.db"]);
		expect(valuesOf(path)).toEqual(["before"]);
	});

	it("keeps others off a file that it attaches or makes with VACUUM INTO, and gives it back", async () => {
		make(at("other.db"));
		const [native, wasm] = [await others.start("native", at("other.db")), await others.start("wasm", at("other.db"))];
		await using driver = await open();
		await driver.lock();
		await driver.run(
			textBody(`-- godwit: no-transaction\nATTACH '${at("other.db")}' AS o; INSERT INTO o.t VALUES ('x');`),
		);
		expect(readlinkSync(`${at("other.db")}.lock`)).toMatch(/^godwit1 wasm /);
		expect(readlinkSync(`${path}.lock`)).toMatch(/ other\.db$/);
		for (const application of [native, wasm])
			expect(await application.run("SELECT * FROM t")).toBe("database is locked");
		await driver.run(textBody(`-- godwit: no-transaction\nVACUUM INTO '${at("copy.db")}';`));
		await driver.unlock();
		for (const application of [native, wasm]) expect(await application.run("SELECT * FROM t")).toHaveLength(2);
		expect(files()).toEqual(["app.db", "copy.db", "other.db"]);
		expect(valuesOf(at("other.db"))).toEqual(["before", "x"]);
	});

	it("does not attach a file that a native application writes to", async () => {
		make(at("other.db"));
		const application = await others.start("native", at("other.db"));
		await application.run("BEGIN IMMEDIATE");
		await using driver = await open();
		const failure = await rejectionOf(
			driver.run(textBody(`-- godwit: no-transaction\nATTACH '${at("other.db")}' AS o; INSERT INTO o.t VALUES ('x');`)),
		);
		expect(failure).toHaveProperty("message", expect.stringContaining(`in use by process ${application.pid}`));
		await application.run("COMMIT");
		await driver.close();
		expect(valuesOf(at("other.db"))).toEqual(["before"]);
	});
});

describe("a read on sqlite-wasm", () => {
	it("makes nothing, and does not keep a native application from anything", async () => {
		await using driver = await open();
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		expect(files()).toEqual([]);
		make(path);
		const application = await others.start("native", path);
		await application.run("BEGIN");
		await application.run("SELECT * FROM t");
		expect(await driver.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
		expect(files()).toEqual(["app.db"]);
	});

	it("does not roll back a journal of a native application at work, whose file it cannot read", async () => {
		make(path);
		const application = await others.start("native", path);
		await beginLarge(application);
		await using driver = await open();
		expect(await rejectionOf(driver.version())).toMatchObject({ code: "ERR_BUSY" });
		expect(await application.run("COMMIT")).toEqual([]);
		expect(valuesOf(path)).toHaveLength(51);
	});

	it.runIf(asRoot)("works in a folder that may not be written, and is refused there when it has to write", async () => {
		make(
			path,
			"CREATE TABLE schema_migrations (version INTEGER, dirty BOOLEAN); INSERT INTO schema_migrations VALUES (7, 0)",
		);
		chmodSync(folder, 0o555);
		chmodSync(path, 0o444);
		process.seteuid?.(65_534);
		try {
			await using driver = await open();
			expect(await driver.version()).toMatchObject({ version: 7n, dirty: false });
			expect(await rejectionOf(driver.lock())).toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringContaining(`${path} cannot be locked: EACCES`),
			});
		} finally {
			process.seteuid?.(0);
		}
	});
});

describe("a database that sqlite-wasm cannot share", () => {
	it("is refused in WAL mode, with the way on, and is taken alone when the URL says so", async () => {
		make(path, "PRAGMA journal_mode = wal; CREATE TABLE t (a)");
		expect(await rejectionOf(open())).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/in WAL mode.*sqlite-native:\/\/.*x-wal=alone/),
		});
		expect(files()).toEqual(["app.db"]);
		await using alone = await open(path, `${FAST}&x-wal=alone`);
		await alone.lock();
		await alone.setVersion({ version: 1n, dirty: false });
		await alone.unlock();
		expect(await alone.version()).toMatchObject({ version: 1n, dirty: false });
	});

	it("is refused with two names, and followed through a symbolic link", async () => {
		make(path);
		linkSync(path, at("second.db"));
		await using driver = await open();
		expect(await rejectionOf(driver.lock())).toMatchObject({ code: "ERR_DATABASE" });
		unlinkSync(at("second.db"));
		symlinkSync("app.db", at("link.db"));
		await using linked = await open(at("link.db"));
		await linked.lock();
		expect(files()).toContain("app.db.lock");
		expect(files()).not.toContain("link.db.lock");
		await linked.unlock();
		expect(files()).toEqual(["app.db", "link.db"]);
	});

	it("is refused when it is attached through a symbolic link", async () => {
		make(at("other.db"));
		symlinkSync("other.db", at("link.db"));
		await using driver = await open();
		expect(await rejectionOf(driver.run(textBody(`ATTACH '${at("link.db")}' AS o;`)))).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining(`attach ${at("other.db")} itself`),
		});
		expect(files()).toEqual(["app.db", "link.db", "other.db"].filter((name) => existsSync(at(name))));
	});
});

describe("a connection on node-sqlite3-wasm that the caller lends", () => {
	it("is kept under the link and the kernel's lock for the length of a run, and stays open", async () => {
		make(path);
		const application = await others.start("native", path);
		const database = new Database(path);
		await using driver = sqliteWasm.withInstance(database, { busyTimeoutMs: 1, lockTimeoutMs: 1 });
		await driver.lock();
		expect(await application.run("SELECT * FROM t")).toBe("database is locked");
		expect(() => database.all("SELECT * FROM t")).toThrow("database is locked");
		await driver.setVersion({ version: 1n, dirty: false });
		await driver.unlock();
		expect(await application.run("SELECT * FROM t")).toHaveLength(1);
		await driver.close();
		expect(database.all("SELECT version FROM schema_migrations")).toEqual([{ version: 1 }]);
		database.close();
		expect(files()).toEqual(["app.db"]);
	});

	it("is refused when it was opened through a symbolic link", () => {
		make(path);
		symlinkSync("app.db", at("link.db"));
		const database = new Database(at("link.db"));
		expect(() => sqliteWasm.withInstance(database)).toThrow(`open ${path} itself`);
		database.close();
	});

	it("is refused for a file that another SQLite library of the process is known to have open", async () => {
		const { nodeSqlite } = await import("../../../examples/third-party-driver/node-sqlite.ts");
		make(path);
		using native = new DatabaseSync(path);
		await using lent = nodeSqlite.withInstance(native);
		await lent.lock();
		const database = new Database(path);
		expect(() => sqliteWasm.withInstance(database)).toThrow("open in this process through node:sqlite");
		await lent.unlock();
		database.close();
	});
});

describe("the lock that a killed application on node-sqlite3-wasm left", () => {
	it("is not cleared when it has changed while a person was asked", async () => {
		make(path);
		mkdirSync(`${path}.lock`);
		const cleared = await sqliteWasm.breakLocks(`sqlite-wasm://${path}`, async () => {
			rmdirSync(`${path}.lock`);
			mkdirSync(`${path}.lock`);
			utimesSync(`${path}.lock`, 1, 1);
			return true;
		});
		expect(cleared).toBe(0);
		expect(files()).toEqual(["app.db", "app.db.lock"]);
	});

	it("stays, as does the file, when the person says no", async () => {
		make(path);
		mkdirSync(`${path}.lock`);
		expect(await sqliteWasm.breakLocks(`sqlite-wasm://${path}`, async () => false)).toBe(0);
		expect(files()).toEqual(["app.db", "app.db.lock"]);
	});
});

describe("a process that uses sqlite-wasm", () => {
	it("is given no warning of an experimental module", () => {
		const script = `
			import { sqliteWasm } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
			const driver = await sqliteWasm.open(${JSON.stringify(`sqlite-wasm://${path}`)});
			await driver.lock();
			await driver.unlock();
			await driver.close();`;
		const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
			encoding: "utf8",
		});
		expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
	});
});
