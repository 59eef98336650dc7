import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
	copyFileSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmdirSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { isMigrateError, textBody } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { abandonedDatabase } from "./abandoned-database.ts";
import { ACCOUNTS, CHANGE_ACCOUNTS, countAccounts, createAccounts } from "./accounts.ts";
import { assertSound, stateAt } from "./aftermath.ts";
import { assertHistoryAgrees } from "./history.ts";
import { killedRun } from "./killed-run.ts";
import { ATTACHED_SCENARIOS } from "./scenarios/attached-files.ts";
import { assertFailed, lock, lockedDriver, ONE, up } from "./scenarios/attempts.ts";
import { CLAIM_SCENARIOS } from "./scenarios/claims.ts";
import { IN_PLACE_SCENARIOS } from "./scenarios/files-in-place.ts";
import { hideNodeSqlite } from "./scenarios/hide-node-sqlite.ts";
import { KERNEL_SCENARIOS } from "./scenarios/kernel-locks.ts";
import { MEMBER_SCENARIOS } from "./scenarios/members.ts";
import { OWNER_SCENARIOS } from "./scenarios/owners.ts";
import { SWAP_SCENARIOS } from "./scenarios/swaps.ts";
import { UNLOCK_SCENARIOS } from "./scenarios/unlock.ts";
import { filesOf, SETS } from "./steps.ts";
import { createTestFolder } from "./test-folder.ts";
import { backendOf, openNatively } from "./torture-case.ts";
import { wayOf } from "./way.ts";

/** Promises that hang on one protection each: a scenario rejects when the protection is off. */
export const SCENARIOS = {
	...OWNER_SCENARIOS,
	...SWAP_SCENARIOS,
	...UNLOCK_SCENARIOS,
	...KERNEL_SCENARIOS,
	...IN_PLACE_SCENARIOS,
	...ATTACHED_SCENARIOS,
	...MEMBER_SCENARIOS,
	...CLAIM_SCENARIOS,

	/** Another process took the migration lock over while this one slept. */
	async "who lost the lock cannot commit"(): Promise<void> {
		using testFolder = createTestFolder();
		const steal = (): void => {
			using nextOwner = openNatively(testFolder.path);
			const expires = new Date(Date.now() + 60_000).toISOString();
			nextOwner.prepare("UPDATE schema_migrations_lock SET owner = 'another owner', expires_at = ?").run(expires);
		};
		const failed = await up(testFolder, "sqlite-native", ONE, {
			onEvent: ({ type }) => void (type === "start" && steal()),
		});
		assertFailed(failed, "ERR_LOCK_LOST");
		assert.equal(stateAt(testFolder.path), "");
	},

	async "a node-sqlite3-wasm application cannot begin to write in a native run"(): Promise<void> {
		using testFolder = createTestFolder();
		let found: unknown;
		const lock = (): void => {
			try {
				mkdirSync(`${testFolder.path}.lock`);
				rmdirSync(`${testFolder.path}.lock`);
			} catch (error) {
				found = (error as NodeJS.ErrnoException).code;
			}
		};
		await up(testFolder, "sqlite-native", ONE, { onEvent: ({ type }) => void (type === "start" && lock()) });
		assert.equal(found, "EEXIST");
	},

	async "a native application can neither read nor write in a wasm run"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		const answers: string[] = [];
		const ask = (): void => {
			for (const sql of ["SELECT count(*) FROM accounts", "DELETE FROM accounts"]) {
				answers.push(
					execFileSync("sh", ["-c", 'sqlite3 "$0" "$1" 2>&1 || true', testFolder.path, sql], { encoding: "utf8" }),
				);
			}
		};
		const failed = await up(testFolder, "sqlite-wasm", ONE, {
			onEvent: ({ type }) => void (type === "start" && ask()),
		});
		assert.equal(failed, undefined);
		assert.equal(answers.length, 2);
		for (const answer of answers) assert.match(answer, /database is locked/);
		assert.deepEqual(countAccounts(testFolder.path), { accounts: ACCOUNTS, changed: 0 });
	},

	async "wasm writes nothing once another part of its process has dropped its lock"(): Promise<void> {
		using testFolder = createTestFolder();
		const failed = await up(testFolder, "sqlite-wasm", ONE, {
			onEvent: ({ type }) => void (type === "start" && readFileSync(testFolder.path)),
		});
		assertFailed(failed, "ERR_LOCK_LOST");
		assert.equal(stateAt(testFolder.path), "");
	},

	async "native stays out while a node-sqlite3-wasm application holds its lock"(): Promise<void> {
		using testFolder = createTestFolder();
		mkdirSync(`${testFolder.path}.lock`);
		const failed = await lock(testFolder, "sqlite-native");
		assert.ok(isMigrateError(failed) && failed.message.includes(`${testFolder.path}.lock`), String(failed));
		assert.ok(!existsSync(testFolder.path));
	},

	async "wasm stays out while a native application holds its lock"(): Promise<void> {
		using testFolder = createTestFolder();
		const application = spawn("sqlite3", [testFolder.path], { stdio: ["pipe", "pipe", "inherit"] });
		const exited = once(application, "exit");
		application.stdin.write("CREATE TABLE t (a); BEGIN IMMEDIATE; SELECT 'ready';\n");
		await Promise.race([once(application.stdout, "data"), exited]);
		const failed = await up(testFolder, "sqlite-wasm", ONE);
		application.stdin.end();
		await exited;
		assert.ok(isMigrateError(failed) && failed.message.includes(`process ${application.pid}`), String(failed));
	},

	async "a read on wasm rolls back what is left first"(): Promise<void> {
		using testFolder = await abandonedDatabase();
		rmdirSync(`${testFolder.path}.lock`);
		// A write just now would be reason enough not to read without a lock.
		utimesSync(testFolder.path, 1, 1);
		await using driver = await backendOf("sqlite-wasm").open(`sqlite-wasm://${testFolder.path}`);
		await driver.version();
		assert.deepEqual(testFolder.files(), ["app.db"]);
		await driver.close();
		assert.deepEqual(countAccounts(testFolder.path), { accounts: ACCOUNTS, changed: 0 });
	},

	async "wasm rolls back what a killed run has left where the runtime has no node:sqlite"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		await killedRun("sqlite-wasm", testFolder.path, CHANGE_ACCOUNTS);
		hideNodeSqlite();
		const seen = "CREATE TABLE seen AS SELECT count(*) AS changed FROM accounts WHERE note LIKE 'changed%'";
		assert.equal(await up(testFolder, "sqlite-wasm", { "1_seen.up.sql": seen }), undefined);
		await assertSound(testFolder.path);
		using database = openNatively(testFolder.path);
		assert.deepEqual(database.prepare("SELECT changed FROM seen").get(), { changed: 0 });
	},

	async "a dead owner's lock is left to the living process that is taking it over"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		await killedRun("sqlite-native", testFolder.path, CHANGE_ACCOUNTS);
		const dead = readlinkSync(`${testFolder.path}.lock`);
		await using other = await lockedDriver("sqlite-native", join(testFolder.folder, "other.db"));
		const living = readlinkSync(join(testFolder.folder, "other.db.lock"));
		const claim = `${testFolder.path}.lock.break-${dead.split(" ")[2]}`;
		symlinkSync(living, claim);
		const failed = await lock(testFolder, "sqlite-native");
		assert.ok(isMigrateError(failed, "ERR_LOCK_TIMEOUT"), String(failed));
		assert.equal(readlinkSync(`${testFolder.path}.lock`), dead);
		assert.equal(readlinkSync(claim), living);
		await other.unlock();
	},

	async "an owner that cannot be checked stays named in the lock"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		await killedRun("sqlite-native", testFolder.path, CHANGE_ACCOUNTS);
		const elsewhere = readlinkSync(`${testFolder.path}.lock`).replace(
			/ [^ ~]+~([^ ~]+)~[^ ~]+~/,
			" away~$1~elsewhere~",
		);
		unlinkSync(`${testFolder.path}.lock`);
		symlinkSync(elsewhere, `${testFolder.path}.lock`);
		{
			using database = openNatively(testFolder.path);
			database.exec("UPDATE schema_migrations_lock SET locked = FALSE");
		}
		assert.equal(await up(testFolder, "sqlite-native", ONE), undefined);
		assert.ok(testFolder.files().includes("app.db.lock"), "the lock has gone");
		assert.match(readlinkSync(`${testFolder.path}.lock`), /away~/);
	},

	async "unlock removes what a person was shown, and nothing else"(): Promise<void> {
		using testFolder = createTestFolder();
		const path = `${testFolder.path}.lock`;
		mkdirSync(path);
		const cleared = await backendOf("sqlite-native").breakLocks(`sqlite-native://${testFolder.path}`, async () => {
			rmdirSync(path);
			mkdirSync(path);
			return true;
		});
		assert.equal(cleared, 0);
		assert.ok(lstatSync(path).isDirectory());
	},

	async "an attached file is kept from others before it is read"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		mkdirSync(`${testFolder.side}.lock`);
		const failed = await up(testFolder, "sqlite-native", {
			"1_a.up.sql": `ATTACH '${testFolder.side}' AS o; DELETE FROM o.accounts`,
		});
		rmdirSync(`${testFolder.side}.lock`);
		assert.ok(failed !== undefined, "it went well");
		assert.deepEqual(countAccounts(testFolder.side), { accounts: ACCOUNTS, changed: 0 });
	},

	async "an attached file is noted in the lock of the main database"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		await using driver = await lockedDriver("sqlite-native", testFolder.path);
		await driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(`ATTACH '${testFolder.side}' AS o; ${CHANGE_ACCOUNTS.replace("accounts", "o.accounts")}`));
			assert.match(readlinkSync(`${testFolder.path}.lock`), / side\.db$/);
		});
		await driver.unlock();
	},

	async "a link to a file that does not exist yet is followed"(): Promise<void> {
		using testFolder = createTestFolder();
		symlinkSync("real.db", testFolder.path);
		await using driver = await lockedDriver("sqlite-wasm", testFolder.path);
		assert.ok(testFolder.files().includes("real.db.lock"), testFolder.files().join());
		await driver.unlock();
	},

	async "a file with two names is refused"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		linkSync(testFolder.path, testFolder.side);
		const failed = await up(testFolder, "sqlite-native", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes("hard links"), String(failed));
	},

	async "a file that is mounted by itself is refused"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		writeFileSync(testFolder.path, "");
		execFileSync("mount", ["--bind", testFolder.side, testFolder.path]);
		try {
			const failed = await up(testFolder, "sqlite-native", ONE);
			assert.ok(isMigrateError(failed) && failed.message.includes("mounted by itself"), String(failed));
		} finally {
			execFileSync("umount", [testFolder.path]);
		}
	},

	async "a process that holds the lock with one library does not take it with another one"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		await using driver = await lockedDriver("sqlite-native", testFolder.path);
		const failed = await up(testFolder, "node-sqlite", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes("another SQLite library"), String(failed));
		await driver.unlock();
	},

	async "a process that has a file open with one library does not open it with another one"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		using lent = openNatively(testFolder.path);
		await using driver = sqliteNative.withInstance(lent);
		const failed = await up(testFolder, "node-sqlite", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes("through better-sqlite3"), String(failed));
		await driver.close();
	},

	async "a thread does not open a file that another one has open with another library"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		using lent = openNatively(testFolder.path);
		await using driver = sqliteNative.withInstance(lent);
		const program = `import { sqliteNode } from ${JSON.stringify(import.meta.resolve("@godwit/sqlite-node"))};
import { parentPort } from "node:worker_threads";
const opened = sqliteNode.open(${JSON.stringify(`sqlite-node://${testFolder.path}`)}).then((driver) => driver.close());
parentPort.postMessage(await opened.then(() => "opened", String));`;
		const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
		const [answer] = await once(thread, "message");
		assert.match(String(answer), /in another thread of this process through better-sqlite3/);
		await driver.close();
	},

	async "whoever waits for a native run waits for the lock timeout, and is told its name"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		const url = `sqlite-native://${testFolder.path}?x-busy-timeout=0&x-lock-timeout=1ms`;
		await using reader = await sqliteNative.open(url);
		let answer: unknown;
		const ask = async (): Promise<void> => {
			answer = await reader.version().then(String, (error: unknown) => error);
		};
		await using driver = await sqliteNative.open(url);
		await driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(`PRAGMA cache_size = 2; ${CHANGE_ACCOUNTS}`));
			await ask();
		});
		assert.ok(isMigrateError(answer, "ERR_LOCK_TIMEOUT"), String(answer));
		assert.match(answer.message, new RegExp(`held by process ${process.pid} on host`));
	},

	async "wasm does not touch a database in WAL mode"(): Promise<void> {
		using testFolder = createTestFolder();
		{
			using database = openNatively(testFolder.path);
			database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
		}
		const failed = await up(testFolder, "sqlite-wasm", ONE);
		assert.ok(isMigrateError(failed, "ERR_DATABASE") && failed.message.includes("WAL mode"), String(failed));
	},

	async "natively nothing is committed to a database in WAL mode that has been replaced"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		{
			using database = openNatively(testFolder.path);
			database.exec("PRAGMA journal_mode = WAL");
		}
		copyFileSync(testFolder.path, testFolder.side);
		const failed = await up(testFolder, "sqlite-native", ONE, {
			onEvent: ({ type }) => void (type === "start" && renameSync(testFolder.side, testFolder.path)),
		});
		assertFailed(failed, "ERR_LOCK_LOST");
	},

	async "a table rebuild keeps the rows that refer to the table"(): Promise<void> {
		using testFolder = createTestFolder();
		assert.equal(await up(testFolder, "sqlite-native", filesOf(SETS.full, testFolder.folder)), undefined);
		assert.equal(stateAt(testFolder.path), wayOf(SETS.full, "up").clean(SETS.full.length));
	},

	async "the history has each migration that the schema has"(): Promise<void> {
		using testFolder = createTestFolder();
		assert.equal(await up(testFolder, "sqlite-native", filesOf(SETS.small, testFolder.folder)), undefined);
		assertHistoryAgrees(testFolder.path);
	},

	async "a migration waits for another connection's transaction instead of failing in its midst"(): Promise<void> {
		using testFolder = createTestFolder();
		using other = openNatively(testFolder.path);
		const block = (): void => {
			other.exec("BEGIN IMMEDIATE");
			setImmediate(() => other.exec("COMMIT"));
		};
		const failed = await up(testFolder, "sqlite-native", ONE, {
			onEvent: ({ type }) => void (type === "start" && block()),
		});
		assert.equal(failed, undefined);
	},
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
