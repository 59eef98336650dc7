import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	readlinkSync,
	rmdirSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
} from "node:fs";
import { join } from "node:path";
import {
	type Driver,
	isMigrateError,
	Migrate,
	type MigrateOptions,
	type MigrationFiles,
	memorySource,
	textBody,
} from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { abandonedScene } from "./abandoned-scene.ts";
import { ACCOUNTS, CHANGE_ACCOUNTS, countAccounts, createAccounts } from "./accounts.ts";
import { assertSound, stateAt } from "./aftermath.ts";
import { killedRun } from "./killed-run.ts";
import { createScene, type Scene } from "./scene.ts";
import { filesOf, SETS } from "./steps.ts";
import { type BackendName, backendOf, openNatively } from "./torture-case.ts";
import { wayOf } from "./way.ts";

/** Promises that hang on one protection each: a scenario rejects when the protection is off. */
export const SCENARIOS = {
	/** Another process took the migration lock over while this one slept. */
	async "who lost the lock cannot commit"(): Promise<void> {
		using scene = createScene();
		const steal = (): void => {
			using thief = openNatively(scene.path);
			const expires = new Date(Date.now() + 60_000).toISOString();
			thief.prepare("UPDATE schema_migrations_lock SET owner = 'a thief', expires_at = ?").run(expires);
		};
		const failed = await up(scene, "sqlite-native", ONE, {
			onEvent: ({ type }) => void (type === "start" && steal()),
		});
		assertFailed(failed, "ERR_LOCK_LOST");
		assert.equal(stateAt(scene.path), "");
	},

	async "a node-sqlite3-wasm application cannot begin to write in a native run"(): Promise<void> {
		using scene = createScene();
		let found: unknown;
		const lock = (): void => {
			try {
				mkdirSync(`${scene.path}.lock`);
				rmdirSync(`${scene.path}.lock`);
			} catch (error) {
				found = (error as NodeJS.ErrnoException).code;
			}
		};
		await up(scene, "sqlite-native", ONE, { onEvent: ({ type }) => void (type === "start" && lock()) });
		assert.equal(found, "EEXIST");
	},

	async "a native application can neither read nor write in a wasm run"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		const answers: string[] = [];
		const ask = (): void => {
			for (const sql of ["SELECT count(*) FROM accounts", "DELETE FROM accounts"]) {
				answers.push(
					execFileSync("sh", ["-c", 'sqlite3 "$0" "$1" 2>&1 || true', scene.path, sql], { encoding: "utf8" }),
				);
			}
		};
		const failed = await up(scene, "sqlite-wasm", ONE, { onEvent: ({ type }) => void (type === "start" && ask()) });
		assert.equal(failed, undefined);
		assert.equal(answers.length, 2);
		for (const answer of answers) assert.match(answer, /database is locked/);
		assert.deepEqual(countAccounts(scene.path), { accounts: ACCOUNTS, changed: 0 });
	},

	async "wasm writes nothing once another part of its process has dropped its lock"(): Promise<void> {
		using scene = createScene();
		const failed = await up(scene, "sqlite-wasm", ONE, {
			onEvent: ({ type }) => void (type === "start" && readFileSync(scene.path)),
		});
		assertFailed(failed, "ERR_LOCK_LOST");
		assert.equal(stateAt(scene.path), "");
	},

	async "native stays out while a node-sqlite3-wasm application holds its lock"(): Promise<void> {
		using scene = createScene();
		mkdirSync(`${scene.path}.lock`);
		const failed = await lock(scene, "sqlite-native");
		assert.ok(isMigrateError(failed) && failed.message.includes(`${scene.path}.lock`), String(failed));
		assert.ok(!existsSync(scene.path));
	},

	async "wasm stays out while a native application holds its lock"(): Promise<void> {
		using scene = createScene();
		const application = spawn("sqlite3", [scene.path], { stdio: ["pipe", "pipe", "inherit"] });
		const exited = once(application, "exit");
		application.stdin.write("CREATE TABLE t (a); BEGIN IMMEDIATE; SELECT 'ready';\n");
		await Promise.race([once(application.stdout, "data"), exited]);
		const failed = await up(scene, "sqlite-wasm", ONE);
		application.stdin.end();
		await exited;
		assert.ok(isMigrateError(failed) && failed.message.includes(`process ${application.pid}`), String(failed));
	},

	async "a read on wasm rolls back what is left first"(): Promise<void> {
		using scene = await abandonedScene();
		rmdirSync(`${scene.path}.lock`);
		// A write just now would be reason enough not to read without a lock.
		utimesSync(scene.path, 1, 1);
		await using driver = await backendOf("sqlite-wasm").open(`sqlite-wasm://${scene.path}`);
		await driver.version();
		assert.deepEqual(scene.files(), ["app.db"]);
		await driver.close();
		assert.deepEqual(countAccounts(scene.path), { accounts: ACCOUNTS, changed: 0 });
	},

	async "wasm rolls back what a killed run has left where the runtime has no node:sqlite"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		await killedRun("sqlite-wasm", scene.path, CHANGE_ACCOUNTS);
		const { getBuiltinModule } = process;
		Object.assign(process, {
			getBuiltinModule: (name: string) => (name === "node:sqlite" ? undefined : getBuiltinModule(name)),
		});
		const seen = "CREATE TABLE seen AS SELECT count(*) AS changed FROM accounts WHERE note LIKE 'changed%'";
		assert.equal(await up(scene, "sqlite-wasm", { "1_seen.up.sql": seen }), undefined);
		await assertSound(scene.path);
		using database = openNatively(scene.path);
		assert.deepEqual(database.prepare("SELECT changed FROM seen").get(), { changed: 0 });
	},

	async "a dead owner's lock is left to the living process that is taking it over"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		await killedRun("sqlite-native", scene.path, CHANGE_ACCOUNTS);
		const dead = readlinkSync(`${scene.path}.lock`);
		await using other = await lockedDriver("sqlite-native", join(scene.folder, "other.db"));
		const living = readlinkSync(join(scene.folder, "other.db.lock"));
		const claim = `${scene.path}.lock.break-${dead.split(" ")[2]}`;
		symlinkSync(living, claim);
		const failed = await lock(scene, "sqlite-native");
		assert.ok(isMigrateError(failed, "ERR_LOCK_TIMEOUT"), String(failed));
		assert.equal(readlinkSync(`${scene.path}.lock`), dead);
		assert.equal(readlinkSync(claim), living);
		await other.unlock();
	},

	async "an owner that cannot be checked stays named in the lock"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		await killedRun("sqlite-native", scene.path, CHANGE_ACCOUNTS);
		const elsewhere = readlinkSync(`${scene.path}.lock`).replace(/ [^ ~]+~([^ ~]+)~[^ ~]+~/, " away~$1~elsewhere~");
		unlinkSync(`${scene.path}.lock`);
		symlinkSync(elsewhere, `${scene.path}.lock`);
		{
			using database = openNatively(scene.path);
			database.exec("UPDATE schema_migrations_lock SET locked = FALSE");
		}
		assert.equal(await up(scene, "sqlite-native", ONE), undefined);
		assert.ok(scene.files().includes("app.db.lock"), "the lock has gone");
		assert.match(readlinkSync(`${scene.path}.lock`), /away~/);
	},

	async "unlock removes what a person was shown, and nothing else"(): Promise<void> {
		using scene = createScene();
		const path = `${scene.path}.lock`;
		mkdirSync(path);
		const cleared = await backendOf("sqlite-native").breakLocks(`sqlite-native://${scene.path}`, async () => {
			rmdirSync(path);
			mkdirSync(path);
			return true;
		});
		assert.equal(cleared, 0);
		assert.ok(lstatSync(path).isDirectory());
	},

	async "an attached file is kept from others before it is read"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.side);
		mkdirSync(`${scene.side}.lock`);
		const failed = await up(scene, "sqlite-native", {
			"1_a.up.sql": `ATTACH '${scene.side}' AS o; DELETE FROM o.accounts`,
		});
		rmdirSync(`${scene.side}.lock`);
		assert.ok(failed !== undefined, "it went well");
		assert.deepEqual(countAccounts(scene.side), { accounts: ACCOUNTS, changed: 0 });
	},

	async "an attached file is noted in the lock of the main database"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.side);
		await using driver = await lockedDriver("sqlite-native", scene.path);
		await driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(`ATTACH '${scene.side}' AS o; ${CHANGE_ACCOUNTS.replace("accounts", "o.accounts")}`));
			assert.match(readlinkSync(`${scene.path}.lock`), / side\.db$/);
		});
		await driver.unlock();
	},

	async "a link to a file that does not exist yet is followed"(): Promise<void> {
		using scene = createScene();
		symlinkSync("real.db", scene.path);
		await using driver = await lockedDriver("sqlite-wasm", scene.path);
		assert.ok(scene.files().includes("real.db.lock"), scene.files().join());
		await driver.unlock();
	},

	async "a file with two names is refused"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		linkSync(scene.path, scene.side);
		const failed = await up(scene, "sqlite-native", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes("hard links"), String(failed));
	},

	async "a process that holds the lock with one library does not take it with another one"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		await using driver = await lockedDriver("sqlite-native", scene.path);
		const failed = await up(scene, "node-sqlite", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes("another SQLite library"), String(failed));
		await driver.unlock();
	},

	async "a process that has a file open with one library does not open it with another one"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		using lent = openNatively(scene.path);
		await using driver = sqliteNative.withInstance(lent);
		const failed = await up(scene, "node-sqlite", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes("through better-sqlite3"), String(failed));
		await driver.close();
	},

	async "wasm does not touch a database in WAL mode"(): Promise<void> {
		using scene = createScene();
		{
			using database = openNatively(scene.path);
			database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
		}
		const failed = await up(scene, "sqlite-wasm", ONE);
		assert.ok(isMigrateError(failed, "ERR_DATABASE") && failed.message.includes("WAL mode"), String(failed));
	},

	async "a table rebuild keeps the rows that refer to the table"(): Promise<void> {
		using scene = createScene();
		assert.equal(await up(scene, "sqlite-native", filesOf(SETS.full, scene.folder)), undefined);
		assert.equal(stateAt(scene.path), wayOf(SETS.full, "up").clean(SETS.full.length));
	},

	async "a migration waits for another connection's transaction instead of failing in its midst"(): Promise<void> {
		using scene = createScene();
		using other = openNatively(scene.path);
		const block = (): void => {
			other.exec("BEGIN IMMEDIATE");
			setImmediate(() => other.exec("COMMIT"));
		};
		const failed = await up(scene, "sqlite-native", ONE, { onEvent: ({ type }) => void (type === "start" && block()) });
		assert.equal(failed, undefined);
	},
} as const;

export type ScenarioName = keyof typeof SCENARIOS;

const ONE: MigrationFiles = { "1_one.up.sql": "CREATE TABLE one (a)" };

/** @returns the error, `undefined` when all went well. */
async function up(
	{ path }: Scene,
	backend: BackendName,
	files: MigrationFiles,
	options: MigrateOptions = {},
): Promise<unknown> {
	try {
		// Long for a lock that is about to be free, and not for one that stays.
		const url = `${backend}://${path}?x-busy-timeout=500ms&x-lock-timeout=0s`;
		const driver = await backendOf(backend).open(url);
		await using migrate = new Migrate({ source: memorySource(files), driver, lockTimeoutMs: 0, ...options });
		await migrate.up();
		return undefined;
	} catch (error) {
		return error;
	}
}

async function lockedDriver(backend: BackendName, path: string): Promise<Driver> {
	const driver = await backendOf(backend).open(`${backend}://${path}`);
	await driver.lock();
	return driver;
}

/** @returns the error, `undefined` when the lock was taken. */
async function lock({ path }: Scene, backend: BackendName): Promise<unknown> {
	try {
		await using driver = await backendOf(backend).open(`${backend}://${path}`);
		await driver.lock({ timeoutMs: 0 });
		return undefined;
	} catch (error) {
		return error;
	}
}

function assertFailed(failed: unknown, code: "ERR_LOCK_LOST"): void {
	assert.ok(isMigrateError(failed, "ERR_MIGRATION_FAILED") && isMigrateError(failed.cause, code), String(failed));
}
