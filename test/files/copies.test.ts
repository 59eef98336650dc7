import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { Migrate, type MigrateEvent, type MigrateOptions, memorySource } from "@godwit/core";
import BetterSqlite3 from "better-sqlite3";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type BackendName, factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";
import { runOnce } from "./runner.ts";

const { Database: WasmDatabase } = createRequire(import.meta.url)(
	"node-sqlite3-wasm",
) as typeof import("node-sqlite3-wasm");

const FILES = {
	"1_a.up.sql": "CREATE TABLE a (x); INSERT INTO a VALUES (1);",
	"1_a.down.sql": "DROP TABLE a;",
	"2_b.up.sql": "CREATE TABLE b (x); UPDATE a SET x = 2;",
	"2_b.down.sql": "DROP TABLE b;",
};

const COPYING = ["sqlite-native", "sqlite-wasm", "sqlite-node"] as const;
const WITH_BACKUP_API = ["sqlite-native", "sqlite-node"] as const;

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

async function open(
	backend: BackendName,
	options: MigrateOptions = {},
	query = "",
	path = place.path,
): Promise<Migrate> {
	const driver = await factoryOf(backend).open(`sqlite://${path}${query}`);
	return new Migrate({ source: memorySource(FILES), driver, ...options });
}

/** Runs one operation on the database, and closes it. */
async function on<T>(backend: BackendName, work: (migrate: Migrate) => Promise<T>, query = ""): Promise<T> {
	await using migrate = await open(backend, {}, query);
	return await work(migrate);
}

/** A connection of an application's in this process, of the library that the backend has. */
function application(backend: BackendName): { exec(sql: string): void; rows(sql: string): unknown; close(): void } {
	if (backend === "sqlite-native") {
		const database = new BetterSqlite3(place.path, { timeout: 0 });
		return {
			exec: (sql) => database.exec(sql),
			rows: (sql) => database.prepare(sql).raw().all(),
			close: () => database.close(),
		};
	}
	const database = new DatabaseSync(place.path);
	const rows = (sql: string): unknown =>
		database
			.prepare(sql)
			.all()
			.map((row) => Object.values(row));
	return { exec: (sql) => database.exec(sql), rows, close: () => database.close() };
}

function ownership(path: string): object {
	const { uid, gid, mode } = statSync(path);
	return { uid, gid, mode: mode & 0o777 };
}

/** What a backup holds, and who has its lock. */
function content(path: string): unknown {
	return [
		query(path, "SELECT x FROM a"),
		query(path, "SELECT version, dirty FROM schema_migrations"),
		query(path, "SELECT locked FROM schema_migrations_lock"),
		query(path, "PRAGMA integrity_check"),
	];
}

const AT_1 = [[[1]], [[1, 0]], [[0]], [["ok"]]];
const AT_2 = [[[2]], [[2, 0]], [[0]], [["ok"]]];

describe.each(COPYING)("a backup on %s", (backend) => {
	it("has its version and time in its name, nobody's lock, and leaves nothing else", async () => {
		const { path, bytes, removed } = await on(backend, async (migrate) => {
			await migrate.steps(1);
			return migrate.backup();
		});
		expect(path).toMatch(/app\.db\.v1\.\d{8}T\d{9}Z\.backup$/);
		expect({ bytes, removed }).toEqual({ bytes: statSync(path).size, removed: [] });
		expect(content(path)).toEqual(AT_1);
		expect(place.files()).toEqual(["app.db", path.slice(place.folder.length + 1)]);
	});

	it("is made before the first migration of a run, once, and not when there is nothing to run", async () => {
		const events: MigrateEvent[] = [];
		await on(backend, (migrate) => migrate.steps(1));
		{
			await using migrate = await open(backend, { backup: true, onEvent: (event) => events.push(event) });
			await migrate.up();
			await migrate.up();
		}
		const types = events.map(({ type }) => type).filter((type) => type === "backup" || type === "start");
		expect(types).toEqual(["backup", "start"]);
		const [made] = events.filter((event) => event.type === "backup");
		expect(content(made?.path ?? "")).toEqual(AT_1);
	});

	it("from before a backfill stays for as long as that is under way", async () => {
		const files = {
			...FILES,
			"2_b.up.sql":
				"-- godwit: until-done\nUPDATE a SET x = 2 WHERE x = 1 /* godwit: AND rowid IN (SELECT rowid FROM a WHERE x = 1 LIMIT 1) */;",
		};
		await on(backend, (migrate) => migrate.steps(1));
		exec(place.path, "INSERT INTO a VALUES (1), (1)");
		const told: MigrateEvent[] = [];
		/** Starts the run, which is stopped after its first round. */
		async function start(): Promise<void> {
			const stop = new AbortController();
			const driver = await factoryOf(backend).open(`sqlite://${place.path}`);
			await using migrate = new Migrate({
				source: memorySource(files),
				driver,
				backup: { keep: 1 },
				signal: stop.signal,
				onEvent(event) {
					if (event.type === "round") stop.abort();
					if (event.type === "backup" || event.type === "notice") told.push(event);
				},
			});
			expect(await migrate.up()).toMatchObject({ stopped: true, to: 1n });
		}
		await start();
		const [made] = told.splice(0);
		if (made?.type !== "backup") throw new TypeError("a backup is made before the first round");
		await start();
		expect(told).toEqual([expect.objectContaining({ type: "backup", removed: [] })]);
		expect(query(made.path, "SELECT x FROM a")).toEqual([[1], [1], [1]]);
	});

	it("keeps as many as it is asked to, of this database alone", async () => {
		const other = place.of("app.db.v1.20200101T000000000Z.backup.mine");
		const older = place.of("other.db.v1.20200101T000000000Z.backup");
		for (const path of [other, older]) writeFileSync(path, "");
		const made = await on(backend, async (migrate) => {
			await migrate.up();
			return [await migrate.backup({ keep: 2 }), await migrate.backup({ keep: 2 }), await migrate.backup({ keep: 2 })];
		});
		const [first, second, third] = made.map(({ path }) => path);
		expect(made.map(({ removed }) => removed)).toEqual([[], [], [first]]);
		expect([first, second, third, other, older].map((path) => existsSync(path ?? ""))).toEqual([
			false,
			true,
			true,
			true,
			true,
		]);
	});

	it("is not taken for a folder that has the name of one", async () => {
		const folders = ["20200101T000000000Z", "99980101T000000000Z"].map((time) => place.of(`app.db.v1.${time}.backup`));
		for (const folder of folders) mkdirSync(folder);
		await on(backend, async (migrate) => {
			await migrate.steps(1);
			const { path: first } = await migrate.backup({ keep: 1 });
			expect((await migrate.backup({ keep: 1 })).removed).toEqual([first]);
		});
		expect(folders.map((folder) => statSync(folder).isDirectory())).toEqual([true, true]);
	});

	it("belongs to the owner of the database, where the process may give it to that user", async () => {
		await on(backend, (migrate) => migrate.up());
		chmodSync(place.path, 0o640);
		// Only root has another user to give it to.
		if (process.getuid?.() === 0) chownSync(place.path, 1_234, 2_345);
		const { path, notice } = await on(backend, (migrate) => migrate.backup());
		expect({ ...ownership(path), notice }).toEqual({ ...ownership(place.path), notice: undefined });
	});

	it("is the newest by its name, and stays, also after the clock was set back", async () => {
		const later = ["20310101T000000000Z", "20320101T000000000Z", "20321231T235959999Z", "99999999T999999999Z"];
		for (const time of later) writeFileSync(place.of(`app.db.v1.${time}.backup`), "");
		await on(backend, async (migrate) => {
			await migrate.steps(1);
			const { path, removed } = await migrate.backup({ keep: 3 });
			expect(path).toContain("app.db.v1.20330101T000000000Z.backup");
			expect(removed).toEqual([
				place.of("app.db.v1.20320101T000000000Z.backup"),
				place.of("app.db.v1.20310101T000000000Z.backup"),
			]);
			expect(content(path)).toEqual(AT_1);
			const { path: last } = await migrate.backup({ keep: 1 });
			expect(content(last)).toEqual(AT_1);
			expect(place.files().filter((name) => name.endsWith(".backup"))).toHaveLength(1);
		});
	});

	it("is told from that of another database of the same name in one folder", async () => {
		mkdirSync(place.of("kept"));
		mkdirSync(place.of("elsewhere"));
		const paths: string[] = [];
		for (const path of [place.path, place.of("elsewhere", "app.db")]) {
			await using migrate = await open(backend, {}, "", path);
			await migrate.steps(1);
			const { path: made, removed } = await migrate.backup({ directory: place.of("kept"), keep: 1 });
			expect(removed).toEqual([]);
			paths.push(made);
			// As when the next one of this database is on its way.
			writeFileSync(`${made}.copying`, "");
		}
		const [one = "", other = ""] = paths;
		expect([existsSync(one), existsSync(`${one}.copying`), existsSync(other)]).toEqual([true, true, true]);
	});

	it("goes into a folder of its own, which has to be there", async () => {
		mkdirSync(place.of("kept"));
		exec(place.path, "CREATE TABLE a (x)");
		await on(backend, async (migrate) => {
			const { path } = await migrate.backup({ directory: place.of("kept") });
			expect(path).toMatch(/\/kept\/app\.db\.[0-9a-z]{10}\.vnone\./);
			await expect(migrate.backup({ directory: place.of("gone") })).rejects.toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringContaining("there is no folder"),
			});
		});
	});

	it("is not made of a database that is not there, and makes nothing", async () => {
		await expect(on(backend, (migrate) => migrate.backup())).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: `there is no database at ${place.path}; look at the path, or let up make it`,
		});
		expect(place.files()).toEqual([]);
		const events: MigrateEvent[] = [];
		await using migrate = await open(backend, { backup: true, onEvent: (event) => events.push(event) });
		await migrate.up();
		expect(events.filter(({ type }) => type === "backup" || type === "notice")).toEqual([
			{ type: "notice", message: `there was no database at ${place.path} yet, so there is nothing to back up` },
		]);
		expect(place.files()).toEqual(["app.db"]);
	});

	it("may be read by whoever may read the database", async () => {
		await on(backend, (migrate) => migrate.up());
		chmodSync(place.path, 0o600);
		const { path } = await on(backend, (migrate) => migrate.backup());
		expect(statSync(path).mode & 0o777).toBe(0o600);
	});
});

describe.each(COPYING)("a restore on %s", (backend) => {
	const swap = backend === "sqlite-wasm";

	async function backedUp(): Promise<string> {
		return on(backend, async (migrate) => {
			await migrate.steps(1);
			const { path } = await migrate.backup();
			await migrate.up();
			return path;
		});
	}

	it("makes the database what the backup is, with an event, a free lock and nothing beside it", async () => {
		const backup = await backedUp();
		const before = readFileSync(backup);
		expect(content(place.path)).toEqual(AT_2);
		const state = await on(backend, (migrate) => migrate.restore(backup, { swap }));
		expect(state).toEqual({ version: 1n, dirty: false });
		expect(content(place.path)).toEqual(AT_1);
		expect(readFileSync(backup)).toEqual(before);
		expect(place.files()).toEqual(["app.db", backup.slice(place.folder.length + 1)]);
		const events = await on(backend, (migrate) => migrate.history());
		expect(events.at(-1)).toMatchObject({ op: "restore", version: 1n, note: expect.stringContaining("app.db.v1.") });
		const report = await on(backend, (migrate) => migrate.up());
		expect(report).toMatchObject({ from: 1n, to: 2n });
	});

	it("keeps owner and mode of the database", async () => {
		const backup = await backedUp();
		chmodSync(place.path, 0o640);
		if (process.getuid?.() === 0) chownSync(place.path, 1_234, 2_345);
		const before = ownership(place.path);
		chmodSync(backup, 0o600);
		for (const way of backend === "sqlite-wasm" ? [true] : [true, false]) {
			await on(backend, (migrate) => migrate.restore(backup, { swap: way }));
			expect(ownership(place.path)).toEqual(before);
		}
	});

	it("can be done again and again by one object, beside other operations", async () => {
		const backup = await backedUp();
		await on(backend, async (migrate) => {
			for (let round = 0; round < 3; round++) {
				await migrate.restore(backup, { swap });
				await migrate.up();
			}
		});
		expect(content(place.path)).toEqual(AT_2);
	});

	it("leaves what another tool did to the database of the backup to the next up", async () => {
		exec(
			place.path,
			"CREATE TABLE schema_migrations (version uint64, dirty bool); INSERT INTO schema_migrations VALUES (1, 0); CREATE TABLE a (x)",
		);
		copyFileSync(place.path, place.of("go.db"));
		await on(backend, (migrate) => migrate.restore(place.of("go.db"), { swap }));
		const { migrations } = await on(backend, (migrate) => migrate.status());
		expect(migrations.map(({ state }) => state)).toEqual(["adopted", "pending"]);
	});

	it.each([
		["that is not there", "none", /there is no file .*none/],
		["that is no database", "text", /text is not a SQLite database/],
		["that is the database itself", "app.db", /is the database itself/],
		["that is damaged", "damaged", /is damaged: .*; nothing was replaced by it$/s],
		["that is cut off", "cut", /is damaged: .*; nothing was replaced by it$/s],
		["with a log beside it", "logged", /is not whole by itself: .*logged-wal belongs to it/],
		["that is a folder", "folder", /is not a file/],
	])("refuses a file %s, and changes nothing", async (_, name, message) => {
		const backup = await backedUp();
		writeFileSync(place.of("text"), "a text");
		mkdirSync(place.of("folder"));
		const bytes = readFileSync(backup);
		writeFileSync(place.of("damaged"), bytes.fill(0xff, bytes.length / 2));
		writeFileSync(place.of("cut"), readFileSync(backup).subarray(0, bytes.length - 4096));
		copyFileSync(backup, place.of("logged"));
		writeFileSync(place.of("logged-wal"), "x");
		await expect(on(backend, (migrate) => migrate.restore(place.of(name), { swap }))).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(message),
		});
		expect(content(place.path)).toEqual(AT_2);
		expect(place.files().filter((file) => file.includes("restoring"))).toEqual([]);
	});
});

describe.each(WITH_BACKUP_API)("a restore beside an application, on %s,", (backend) => {
	async function inWal(): Promise<string> {
		exec(place.path, "PRAGMA journal_mode = WAL");
		return on(backend, async (migrate) => {
			await migrate.steps(1);
			const { path } = await migrate.backup();
			await migrate.up();
			return path;
		});
	}

	it("is one more transaction for readers of a WAL database, which go on", async () => {
		const backup = await inWal();
		const reader = application(backend);
		onTestFinished(() => reader.close());
		reader.exec("BEGIN");
		expect(reader.rows("SELECT x FROM a")).toEqual([[2]]);
		await on(backend, (migrate) => migrate.restore(backup));
		expect(reader.rows("SELECT x FROM a")).toEqual([[2]]);
		reader.exec("COMMIT");
		expect(reader.rows("SELECT x FROM a")).toEqual([[1]]);
		expect(reader.rows("PRAGMA journal_mode")).toEqual([["wal"]]);
		reader.exec("INSERT INTO a VALUES (9)");
	});

	it("waits for a reader of a database with a rollback journal, and changes nothing when that stays", async () => {
		const backup = await inWal();
		exec(place.path, "PRAGMA journal_mode = delete");
		await using driver = await factoryOf(backend).open(`sqlite://${place.path}?x-busy-timeout=100ms`);
		await driver.lock();
		const reader = application(backend);
		reader.exec("BEGIN");
		reader.rows("SELECT x FROM a");
		const prepare = async (): Promise<void> => {};
		await expect(driver.restore?.(backup, { prepare })).rejects.toMatchObject({ code: "ERR_BUSY" });
		expect(reader.rows("SELECT x FROM a")).toEqual([[2]]);
		reader.close();
		expect(query(place.path, "SELECT x FROM a")).toEqual([[2]]);
		await driver.restore?.(backup, { prepare });
		await driver.unlock();
		expect(content(place.path)).toEqual(AT_1);
	});

	it("belongs under the lock, as a backup does", async () => {
		const backup = await inWal();
		await using driver = await factoryOf(backend).open(`sqlite://${place.path}`);
		await expect(driver.restore?.(backup, { prepare: async () => {} })).rejects.toMatchObject({
			code: "ERR_NOT_LOCKED",
		});
		await expect(driver.backup?.()).rejects.toMatchObject({ code: "ERR_NOT_LOCKED" });
	});

	it("names -swap where the pages of a WAL database have another size, and -swap does it once nobody else is there", async () => {
		const backup = await inWal();
		exec(backup, "PRAGMA journal_mode = delete; PRAGMA page_size = 1024; VACUUM");
		await expect(on(backend, (migrate) => migrate.restore(backup))).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringMatching(/pages of 1024 bytes.*-swap/),
		});
		const reader = application(backend);
		reader.rows("SELECT x FROM a");
		const swapping = (): Promise<unknown> =>
			on(backend, (migrate) => migrate.restore(backup, { swap: true }), "?x-busy-timeout=100ms");
		await expect(swapping()).rejects.toMatchObject({ code: "ERR_BUSY" });
		expect(reader.rows("SELECT x FROM a")).toEqual([[2]]);
		expect(reader.rows("PRAGMA journal_mode")).toEqual([["wal"]]);
		reader.close();
		await swapping();
		expect(content(place.path)).toEqual(AT_1);
		expect(query(place.path, "PRAGMA page_size")).toEqual([[1024]]);
	});

	it.each([
		["UTF-8", "UTF-16le"],
		["UTF-16be", "UTF-8"],
	])("names -swap for a database in %s and a backup in %s, and -swap does it", async (encoding, other) => {
		const rows = [["h\u00e9 \u{1f600}"]];
		const backup = place.of("other.db");
		for (const [path, its] of [
			[place.path, encoding],
			[backup, other],
		] as const) {
			exec(path, `PRAGMA encoding = '${its}'; CREATE TABLE a (x); INSERT INTO a VALUES ('${rows[0]}')`);
		}
		exec(place.path, "UPDATE a SET x = 'before'");
		await expect(on(backend, (migrate) => migrate.restore(backup))).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringMatching(new RegExp(`its texts in ${other} and .* in ${encoding}.*-swap`)),
		});
		expect(query(place.path, "SELECT x FROM a")).toEqual([["before"]]);
		await on(backend, (migrate) => migrate.restore(backup, { swap: true }));
		expect(query(place.path, "SELECT x FROM a")).toEqual(rows);
		expect(query(place.path, "PRAGMA encoding")).toEqual([[other]]);
		expect(query(place.path, "PRAGMA integrity_check")).toEqual([["ok"]]);
	});

	it("puts no new file under a replica of Litestream", async () => {
		const backup = await inWal();
		mkdirSync(place.of(".app.db-litestream"));
		await expect(on(backend, (migrate) => migrate.restore(backup, { swap: true }))).rejects.toMatchObject({
			message: expect.stringMatching(/Litestream replicates.*restore without -swap/),
		});
	});
});

describe.each(COPYING)("a disk that fails to sync the folder, with %s", (backend) => {
	const failing = { imports: ["./fixtures/failing-folder-sync.ts"] };

	// sqlite-wasm has no WAL database beside another connection.
	it.each(backend === "sqlite-wasm" ? ["delete"] : ["delete", "wal"])(
		"leaves the backup in the place of a database in journal mode %s, which the error of -swap says",
		async (mode) => {
			await on(backend, (migrate) => migrate.steps(1));
			exec(place.path, `PRAGMA journal_mode = ${mode}`);
			const { path: backup } = await on(backend, (migrate) => migrate.backup());
			await on(backend, (migrate) => migrate.up());
			const restoring = { backend, path: place.path, files: FILES, restore: backup, swap: true } as const;
			expect(await runOnce(restoring, failing)).toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringMatching(
					/app\.db is restored from .*\.backup, .*could not be synced: EIO: i\/o error, fsync.*power cut.*restore again/,
				),
				version: "1",
				dirty: false,
			});
			expect(content(place.path)).toEqual(AT_1);
			expect(place.files().filter((name) => !name.endsWith(".backup"))).toEqual(["app.db"]);
			expect(await runOnce({ backend, path: place.path, files: FILES })).toMatchObject({ applied: 1 });
			expect(content(place.path)).toEqual(AT_2);
			expect(await runOnce(restoring)).toMatchObject({ version: "1" });
		},
	);

	it("leaves no backup behind that is said not to be made", async () => {
		await on(backend, (migrate) => migrate.steps(1));
		const backingUp = { backend, path: place.path, files: FILES, backup: true } as const;
		expect(await runOnce(backingUp, failing)).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/cannot make the backup .*: EIO/),
		});
		expect(place.files()).toEqual(["app.db"]);
		expect(content(place.path)).toEqual(AT_1);
	});
});

describe.each(COPYING)("a database that another program takes away right after a swap, with %s", (backend) => {
	it.each([
		["a folder", "folder"],
		["no database", "garbage"],
		["nothing", "nothing"],
	])("is the restored one, and no lock keeps a run from it, where %s is in its place", async (_, leaves) => {
		await on(backend, (migrate) => migrate.steps(1));
		const { path: backup } = await on(backend, (migrate) => migrate.backup());
		await on(backend, (migrate) => migrate.up());
		const imports = [`./fixtures/lost-after-swap.ts?leaves=${leaves}`];
		const restoring = { backend, path: place.path, files: FILES, restore: backup, swap: true } as const;
		const failed = await runOnce(restoring, { imports });
		expect(failed).toMatchObject({ code: "ERR_DATABASE", message: expect.stringContaining("was restored from") });
		const taken = `${place.path}.taken`;
		const left = leaves === "nothing" ? [] : ["app.db"];
		expect(place.files().filter((name) => !name.endsWith(".backup"))).toEqual([...left, "app.db.taken"]);
		expect(query(taken, "SELECT x FROM a")).toEqual([[1]]);
		rmSync(place.path, { recursive: true, force: true });
		renameSync(taken, place.path);
		expect(await runOnce({ backend, path: place.path, files: FILES })).toMatchObject({ applied: 1 });
		expect(content(place.path)).toEqual(AT_2);
	});
});

describe("a user who may write the database of another one", () => {
	const backend = "sqlite-native";
	/** Only root can make a database of another user's. */
	const ofRoot = process.getuid?.() === 0;
	const asNobody = { imports: ["./fixtures/as-nobody.ts"] };

	beforeEach(async () => {
		await on(backend, (migrate) => migrate.steps(1));
		chmodSync(place.path, 0o666);
		if (ofRoot) chownSync(place.folder, 65_534, 65_534);
	});

	it("has a backup of it for itself alone, and is told so", async () => {
		const { applied, events } = await runOnce({ backend, path: place.path, files: FILES, backup: true }, asNobody);
		const [name = ""] = place.files().filter((file) => file.endsWith(".backup"));
		const message = `notice: ${place.of(name)} belongs to the user of this process, who alone may read it, since the system does not let that user give it to the owner of ${place.path}; change its owner and mode`;
		expect({ applied, told: events.filter((event) => event.startsWith("notice: ")) }).toEqual({
			applied: 1,
			told: ofRoot ? [message] : [],
		});
		expect(statSync(place.of(name)).mode & 0o777).toBe(ofRoot ? 0o600 : 0o666);
	});

	it.runIf(ofRoot)(
		"leaves a backup to the database's group, of which that user is a member, and is told so",
		async () => {
			const imports = ["./fixtures/as-nobody.ts?group=2345"];
			chownSync(place.path, 0, 2_345);
			chmodSync(place.path, 0o660);
			const { events } = await runOnce({ backend, path: place.path, files: FILES, backup: true }, { imports });
			const [name = ""] = place.files().filter((file) => file.endsWith(".backup"));
			expect(ownership(place.of(name))).toEqual({ uid: 65_534, gid: 2_345, mode: 0o660 });
			expect(events).toContain(
				`notice: ${place.of(name)} belongs to the user of this process, since the system does not let that user give it to the owner of ${place.path}; it has the group and the mode of the database. Change its owner`,
			);
		},
	);

	it("restores into it, and does not put a file of its own in its place", async () => {
		const { path } = await on(backend, (migrate) => migrate.backup());
		if (ofRoot) chmodSync(path, 0o644);
		await on(backend, (migrate) => migrate.up());
		const before = ownership(place.path);
		const restoring = { backend, path: place.path, files: FILES, restore: path } as const;
		expect(await runOnce({ ...restoring, swap: true }, asNobody)).toMatchObject(
			ofRoot
				? {
						code: "ERR_DATABASE",
						message: expect.stringMatching(
							/give a file to the owner of .*; restore without -swap, or restore as that owner/,
						),
					}
				: { version: "1" },
		);
		expect(await runOnce(restoring, asNobody)).toMatchObject({ version: "1" });
		expect(ownership(place.path)).toEqual(before);
		expect(content(place.path)).toEqual(AT_1);
	});
});

describe("copies", () => {
	it("by sqlite-wasm fail where it cannot read texts in double quotes, with a way on", async () => {
		const made = new DatabaseSync(place.path, { enableDoubleQuotedStringLiterals: true });
		made.exec('CREATE TABLE t (a CHECK (a IN ("x", "y")))');
		made.close();
		await expect(on("sqlite-wasm", (migrate) => migrate.backup())).rejects.toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/texts in double quotes. Copy with sqlite-native:\/\/.*doctor/),
		});
		expect(place.files()).toEqual(["app.db"]);
		await on("sqlite-native", (migrate) => migrate.backup());
	});

	it("are not replaced by sqlite-wasm while others have the database open, but swapped", async () => {
		await on("sqlite-wasm", (migrate) => migrate.up());
		const { path } = await on("sqlite-wasm", (migrate) => migrate.backup());
		await expect(on("sqlite-wasm", (migrate) => migrate.restore(path))).rejects.toMatchObject({
			code: "ERR_UNSUPPORTED",
			message: expect.stringContaining("restore with -swap"),
		});
	});

	it("in WAL mode are not restored by sqlite-wasm", async () => {
		await on("sqlite-wasm", (migrate) => migrate.up());
		exec(place.of("wal.db"), "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
		await expect(
			on("sqlite-wasm", (migrate) => migrate.restore(place.of("wal.db"), { swap: true })),
		).rejects.toMatchObject({
			message: expect.stringContaining("the backup is in WAL mode"),
		});
		expect(content(place.path)).toEqual(AT_2);
	});

	it("in UTF-16 are not read by sqlite-wasm, which says so", async () => {
		const utf16 = place.of("utf16.db");
		exec(utf16, "PRAGMA encoding = 'UTF-16'; CREATE TABLE a (x)");
		await on("sqlite-wasm", (migrate) => migrate.up());
		for (const work of [
			on("sqlite-wasm", (migrate) => migrate.restore(utf16, { swap: true })),
			open("sqlite-wasm", {}, "", utf16).then((migrate) => migrate.version()),
		]) {
			await expect(work).rejects.toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringContaining(
					"has its texts in UTF-16, which node-sqlite3-wasm cannot read; use sqlite-native:// or sqlite-node://",
				),
			});
		}
		expect(content(place.path)).toEqual(AT_2);
	});

	it("do not exist of a database in memory", async () => {
		for (const backend of COPYING) {
			await using migrate = await open(backend, {}, "", ":memory:");
			await expect(migrate.backup()).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
			await expect(migrate.restore("x")).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
		}
	});

	it("are made by a lent connection, whose file is replaced and not swapped", async () => {
		const { sqliteNative } = await import("@godwit/sqlite-native");
		const database = new BetterSqlite3(place.path);
		onTestFinished(() => void database.close());
		await using migrate = new Migrate({ source: memorySource(FILES), driver: sqliteNative.withInstance(database) });
		await migrate.steps(1);
		const { path } = await migrate.backup();
		await migrate.up();
		await expect(migrate.restore(path, { swap: true })).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
		await migrate.restore(path);
		expect(database.prepare("SELECT x FROM a").raw().all()).toEqual([[1]]);
	});

	it("need a binding that can copy", async () => {
		exec(place.path, "CREATE TABLE a (x)");
		await using migrate = await open("node-sqlite");
		await expect(migrate.backup()).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
		await expect(migrate.restore(place.of("x"))).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
	});

	it("take no notice of a file that a killed backup has left, and remove it", async () => {
		const left = place.of("app.db.v1.20200101T000000000Z.backup.copying");
		const mine = place.of("app.db.v1.20200101T000000000Z.backup.copying-of-mine");
		for (const path of [left, mine]) writeFileSync(path, "");
		await on("sqlite-native", (migrate) => migrate.up());
		await on("sqlite-native", (migrate) => migrate.backup());
		expect([existsSync(left), existsSync(mine)]).toEqual([false, true]);
	});

	it("can be opened by any library", async () => {
		const { path } = await on("sqlite-native", async (migrate) => {
			await migrate.up();
			return migrate.backup();
		});
		const database = new WasmDatabase(path);
		expect(database.all("SELECT x FROM a")).toEqual([{ x: 2 }]);
		database.close();
	});
});
