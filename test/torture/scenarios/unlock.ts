import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readlinkSync, rmdirSync } from "node:fs";
import { ACCOUNTS, CHANGE_ACCOUNTS, countAccounts, createAccounts } from "../accounts.ts";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { backendOf, openNatively } from "../torture-case.ts";
import { holdingProcess } from "./holders/holding-process.ts";
import { leftLock } from "./left-lock.ts";
import type { Mutant } from "./mutant.ts";

/** What `unlock` clears: what it has shown to a person who agreed. */
export const UNLOCK_SCENARIOS = {
	async "unlock removes no lock when the person does not agree"(): Promise<void> {
		using testFolder = createTestFolder();
		mkdirSync(`${testFolder.path}.lock`);
		assert.equal(await breakLocks(testFolder, async () => false), 0);
		assert.ok(lstatSync(`${testFolder.path}.lock`, { throwIfNoEntry: false })?.isDirectory());
	},

	async "unlock frees no row when the person does not agree"(): Promise<void> {
		using testFolder = await rowOfSomebody();
		assert.equal(await breakLocks(testFolder, async () => false), 0);
		assert.deepEqual(rowOf(testFolder), { locked: 1, owner: "somebody" });
	},

	async "unlock frees no row that somebody has taken while the person was asked"(): Promise<void> {
		using testFolder = await rowOfSomebody();
		const cleared = await breakLocks(testFolder, async () => {
			using next = openNatively(testFolder.path);
			next.exec("UPDATE schema_migrations_lock SET owner = 'next', acquired_at = '2001-01-01T00:00:00.000Z'");
			return true;
		});
		assert.equal(cleared, 0);
		assert.deepEqual(rowOf(testFolder), { locked: 1, owner: "next" });
	},

	async "unlock leaves a folder that an application has made while the person was asked of the row"(): Promise<void> {
		using testFolder = await rowOfSomebody();
		const path = `${testFolder.path}.lock`;
		mkdirSync(path);
		let questions = 0;
		await breakLocks(testFolder, async () => {
			if (++questions === 2) {
				rmdirSync(path);
				mkdirSync(path);
			}
			return true;
		});
		assert.equal(questions, 2);
		assert.ok(lstatSync(path, { throwIfNoEntry: false })?.isDirectory(), "the folder has gone");
	},

	async "unlock leaves a folder while a journal cannot be rolled back"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		const path = `${testFolder.path}.lock`;
		mkdirSync(path);
		const application = openNatively(testFolder.path);
		application.exec(CHANGE_ACCOUNTS.replace("UPDATE", "BEGIN; UPDATE"));
		const failed = await breakLocks(testFolder, async () => true).then(String, (error: unknown) => error);
		const isKept = lstatSync(path, { throwIfNoEntry: false })?.isDirectory();
		application.close();
		assert.ok(isKept, String(failed));
		assert.deepEqual(countAccounts(testFolder.path), { accounts: ACCOUNTS, changed: 0 });
	},

	async "unlock leaves a lock that its owner has given back and taken anew"(): Promise<void> {
		using testFolder = createTestFolder();
		// In a container: whether it lives cannot be seen from here.
		const command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
		await using holder = await holdingProcess("sqlite-native", testFolder.path, { command });
		const cleared = await breakLocks(testFolder, async () => {
			await holder.again();
			return true;
		});
		assert.equal(cleared, 0);
	},

	async "unlock does not clear the lock of a wasm run that lives"(): Promise<void> {
		using testFolder = createTestFolder();
		await using _ = await holdingProcess("sqlite-wasm", testFolder.path);
		const link = readlinkSync(`${testFolder.path}.lock`);
		const failed = await breakLocks(testFolder, async () => true).then(String, String);
		assert.ok(testFolder.files().includes("app.db.lock"), failed);
		assert.equal(readlinkSync(`${testFolder.path}.lock`), link);
	},
} as const;

export const UNLOCK_MUTANTS: readonly Mutant<keyof typeof UNLOCK_SCENARIOS>[] = [
	{
		name: "the question for the lock",
		file: "packages/sqlite-files/src/break-locks.ts",
		from: "if (!(await confirm(describeFound(lockPath, seen, livenessOf)))) return 0;",
		to: "",
		noticed: "unlock removes no lock when the person does not agree",
	},
	{
		name: "the question for the row",
		file: "packages/sqlite-files/src/break-locks.ts",
		from: "if (holder === undefined || !(await confirm(",
		to: "if (holder === undefined || null === (await confirm(",
		noticed: "unlock frees no row when the person does not agree",
	},
	{
		name: "the second look at the row",
		file: "packages/sqlite-files/src/break-locks.ts",
		from: "if (row.recorded()?.key !== holder.key) return 0;",
		to: "",
		noticed: "unlock frees no row that somebody has taken while the person was asked",
	},
	{
		name: "the last look at a folder",
		file: "packages/sqlite-files/src/lock-file/lock-exit.ts",
		from: "if (sameFound(lookAt(path), lock)) removeForeign(path, lock);",
		to: "removeForeign(path, lock);",
		noticed: "unlock leaves a folder that an application has made while the person was asked of the row",
	},
	{
		name: "the look for a journal before a folder is removed",
		file: "packages/sqlite-files/src/lock-file/lock-exit.ts",
		from: 'if (!asLast()) return "kept";',
		to: "asLast();",
		noticed: "unlock leaves a folder while a journal cannot be rolled back",
	},
	{
		name: "the new id of each link",
		file: "packages/sqlite-files/src/owners/holder.ts",
		from: "number(holdersOfThread().made++)",
		to: "number(0)",
		noticed: "unlock leaves a lock that its owner has given back and taken anew",
	},
	{
		name: "the look for who lives before a person is asked",
		file: "packages/sqlite-files/src/break-locks.ts",
		from: 'return states.includes("unknown") && !states.includes("alive");',
		to: "return true;",
		noticed: "unlock does not clear the lock of a wasm run that lives",
	},
];

function breakLocks({ path }: TestFolder, confirm: () => Promise<boolean>): Promise<number> {
	return backendOf("sqlite-native").breakLocks(`sqlite-native://${path}?x-busy-timeout=0s&x-lock-timeout=0s`, confirm);
}

/** A database whose row is held by somebody who is not known here, and whose file has no lock. */
async function rowOfSomebody(): Promise<TestFolder> {
	const testFolder = await leftLock();
	await backendOf("sqlite-native").breakLocks(`sqlite-native://${testFolder.path}`, async () => false);
	using database = openNatively(testFolder.path);
	database.exec("UPDATE schema_migrations_lock SET locked = TRUE, owner = 'somebody'");
	return testFolder;
}

function rowOf({ path }: TestFolder): unknown {
	using database = openNatively(path);
	return database.prepare("SELECT locked, owner FROM schema_migrations_lock").get();
}
