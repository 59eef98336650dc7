import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readlinkSync, rmdirSync, symlinkSync } from "node:fs";
import { textBody } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { ACCOUNTS, CHANGE_ACCOUNTS, countAccounts, createAccounts } from "../accounts.ts";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { openNatively } from "../torture-case.ts";
import { lock, lockedDriver, up } from "./attempts.ts";
import { leftLock } from "./left-lock.ts";
import type { Mutant } from "./mutant.ts";

/** How the files are protected that a migration, or the caller of one, attaches. */
export const ATTACHED_SCENARIOS = {
	async "what a killed run had attached is rolled back by the next one"(): Promise<void> {
		using testFolder = await killedWithAttached();
		assert.equal(await lock(testFolder, "sqlite-native"), undefined);
		assert.deepEqual(testFolder.files(), ["app.db", "side.db"]);
		assert.deepEqual(countAccounts(testFolder.side), { accounts: ACCOUNTS, changed: 0 });
	},

	async "the lock names what a killed run had attached until that is rolled back"(): Promise<void> {
		using testFolder = await killedWithAttached();
		// Such a file is not touched.
		linkSync(testFolder.side, `${testFolder.side}.second-name`);
		assert.match(String(await lock(testFolder, "sqlite-native")), /hard links/);
		assertNoted(testFolder);
	},

	async "the names of attached files outlast the coming and going of another run"(): Promise<void> {
		using testFolder = await runWithAttached();
		const second = await lockedDriver("sqlite-native", testFolder.path, "?x-migrations-table=other");
		assertNoted(testFolder);
		await second.unlock();
		assertNoted(testFolder);
	},

	async "a run does not share an attached file with another one that lives"(): Promise<void> {
		using testFolder = createTestFolder();
		await lockedDriver("sqlite-native", testFolder.side);
		const failed = await up(testFolder, "sqlite-native", attaching(testFolder));
		assert.ok(failed !== undefined, "it went well");
	},

	async "a run that waits for an attached file holds no other lock meanwhile"(): Promise<void> {
		using testFolder = createTestFolder();
		const holder = await lockedDriver("sqlite-native", testFolder.side);
		const begun = Promise.withResolvers<void>();
		const waiting = up(testFolder, "sqlite-native", attaching(testFolder), {
			lockTimeoutMs: 10_000,
			onEvent: ({ type }) => void (type === "start" && begun.resolve()),
		});
		await Promise.race([begun.promise, waiting]);
		const second = await lockedDriver("sqlite-native", testFolder.path);
		await second.unlock();
		await holder.unlock();
		assert.equal(await waiting, undefined);
	},

	async "a native application can neither read nor write a file that a wasm run has attached"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		const driver = await lockedDriver("sqlite-wasm", testFolder.path);
		let answer = "";
		await driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(`ATTACH '${testFolder.side}' AS o; SELECT count(*) FROM o.accounts`));
			const ask = 'sqlite3 "$0" "SELECT count(*) FROM accounts" 2>&1 || true';
			answer = execFileSync("sh", ["-c", ask, testFolder.side], { encoding: "utf8" });
		});
		await driver.unlock();
		assert.match(answer, /database is locked/);
	},

	async "wasm writes no file by VACUUM INTO that another program has locked"(): Promise<void> {
		using testFolder = createTestFolder();
		mkdirSync(`${testFolder.side}.lock`);
		const failed = await up(testFolder, "sqlite-wasm", {
			"1_copy.up.sql": `-- godwit: no-transaction\nVACUUM INTO '${testFolder.side}'`,
		});
		rmdirSync(`${testFolder.side}.lock`);
		assert.ok(failed !== undefined, "it went well");
	},

	async "wasm attaches no symbolic link"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		symlinkSync("side.db", `${testFolder.folder}/link.db`);
		const files = { "1_a.up.sql": `ATTACH '${testFolder.folder}/link.db' AS o; CREATE TABLE o.one (a)` };
		assert.match(String(await up(testFolder, "sqlite-wasm", files)), /is a symbolic link/);
	},

	async "what the caller has attached is kept from others too"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		mkdirSync(`${testFolder.side}.lock`);
		const lent = openNatively(testFolder.path);
		lent.exec(`ATTACH '${testFolder.side}' AS o`);
		const driver = sqliteNative.withInstance(lent);
		const failed = await driver.lock({ timeoutMs: 0 }).then(() => undefined, String);
		rmdirSync(`${testFolder.side}.lock`);
		assert.match(String(failed), /side\.db\.lock/);
	},

	async "a file whose name ATTACH reads in another way than SELECT is refused"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.side);
		const lent = openNatively(testFolder.path);
		const names = [":memory:", testFolder.side];
		lent.function("next_name", { deterministic: false }, () => names.shift() ?? testFolder.side);
		const driver = sqliteNative.withInstance(lent);
		await driver.lock();
		const attaching = driver.transaction?.({ version: 1n, dirty: false }, ({ run }) =>
			run(textBody("ATTACH next_name() AS o; DELETE FROM o.accounts")),
		);
		assert.match(String(await attaching?.then(() => undefined, String)), /without its lock/);
		assert.deepEqual(countAccounts(testFolder.side), { accounts: ACCOUNTS, changed: 0 });
	},
} as const;

export const ATTACHED_MUTANTS: readonly Mutant<keyof typeof ATTACHED_SCENARIOS>[] = [
	{
		name: "the roll-back of what was attached",
		file: "packages/sqlite-files/src/files/database-entry.ts",
		from: "session.open();\n\t\t\tabandoned.rollBack();",
		to: "session.open();",
		noticed: "what a killed run had attached is rolled back by the next one",
	},
	{
		name: "the lock that stays for what was attached",
		file: "packages/sqlite-files/src/files/database-entry.ts",
		from: "return !abandoned.remain && ",
		to: "return ",
		noticed: "the lock names what a killed run had attached until that is rolled back",
	},
	{
		name: "the names that a run leaves",
		file: "packages/sqlite-files/src/lock-file/link-editor.ts",
		from: "newLink(kind, me, others, link.files)",
		to: "newLink(kind, me, others, [])",
		noticed: "the names of attached files outlast the coming and going of another run",
	},
	{
		name: "the one run at an attached file",
		file: "packages/sqlite-files/src/lock-file/lock-entrance.ts",
		from: "(join || alone)",
		to: "true",
		noticed: "a run does not share an attached file with another one that lives",
	},
	{
		name: "the start over at a busy file",
		file: "packages/sqlite-files/src/files/file-set.ts",
		from: "throw new DatabaseHeldError(error.message, error.holder, path);",
		to: "throw error;",
		noticed: "a run that waits for an attached file holds no other lock meanwhile",
	},
	{
		name: "the kernel's lock on an attached file",
		file: "packages/sqlite-files/src/folder-locks/folder-library.ts",
		from: "locking: lockInKernel,",
		to: "locking() {},",
		noticed: "a native application can neither read nor write a file that a wasm run has attached",
	},
	{
		name: "the lock of a file that a statement opens",
		file: "packages/sqlite-files/src/folder-locks/lock-hooks.ts",
		from: "else files.enter(file);",
		to: "",
		noticed: "wasm writes no file by VACUUM INTO that another program has locked",
	},
	{
		name: "wasm's refusal of links",
		file: "packages/sqlite-files/src/connections/attached-files.ts",
		from: "if (inFolders && lstatSync",
		to: "if (false && lstatSync",
		noticed: "wasm attaches no symbolic link",
	},
	{
		name: "the locks of what the caller has attached",
		file: "packages/sqlite-files/src/files/database-entry.ts",
		from: "for (const file of lent ?? []) files.include(file);",
		to: "",
		noticed: "what the caller has attached is kept from others too",
	},
	{
		name: "the look at what was attached",
		file: "packages/sqlite-files/src/connections/attached-files.ts",
		from: "if (files.has(file)) continue;",
		to: "continue;",
		noticed: "a file whose name ATTACH reads in another way than SELECT is refused",
	},
];

/** A migration that writes a second file. */
function attaching({ side }: TestFolder): Record<string, string> {
	return { "1_a.up.sql": `ATTACH '${side}' AS o; CREATE TABLE o.one (a)` };
}

/** What a run leaves that was killed in the midst of a change to a file that it had attached. */
async function killedWithAttached(): Promise<TestFolder> {
	const folder = createTestFolder();
	createAccounts(folder.side);
	const sql = `ATTACH '${folder.side}' AS o; PRAGMA o.cache_size = 5; ${CHANGE_ACCOUNTS.replace("accounts", "o.accounts")}`;
	const testFolder = await leftLock("sqlite-native", sql, folder);
	assert.ok(existsSync(`${testFolder.side}-journal`));
	return testFolder;
}

/** A run of this process that has attached a file, and holds the locks. */
async function runWithAttached(): Promise<TestFolder> {
	const testFolder = createTestFolder();
	const driver = await lockedDriver("sqlite-native", testFolder.path);
	await driver.transaction?.({ version: 1n, dirty: false }, ({ run }) =>
		run(textBody(`ATTACH '${testFolder.side}' AS o; CREATE TABLE o.one (a)`)),
	);
	return testFolder;
}

function assertNoted({ path, files }: TestFolder): void {
	assert.ok(files().includes("app.db.lock"), "the lock has gone");
	assert.match(readlinkSync(`${path}.lock`), / side\.db$/);
}
