import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { isMigrateError, textBody } from "@godwit/core";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import { ACCOUNTS, CHANGE_ACCOUNTS, countAccounts, createAccounts } from "../accounts.ts";
import { stateAt } from "../aftermath.ts";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { openNatively } from "../torture-case.ts";
import { assertFailed, assertStaysOut, lock, lockedDriver, ONE, up } from "./attempts.ts";
import { hideNodeSqlite } from "./hide-node-sqlite.ts";
import type { Mutant } from "./mutant.ts";

const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

/** A wasm run beside native applications: what the kernel's lock, and where there is none a look, keeps apart. */
export const KERNEL_SCENARIOS = {
	async "wasm commits nothing once an application has rolled its journal back"(): Promise<void> {
		using testFolder = createTestFolder();
		const failed = await overtakenRun(testFolder, async () => {});
		assert.ok(isMigrateError(failed, "ERR_LOCK_LOST"), String(failed));
	},

	async "a roll-back after a lost commit leaves what an application has committed"(): Promise<void> {
		using testFolder = createTestFolder();
		await overtakenRun(testFolder, async () => {});
		assertOfApplication(testFolder);
	},

	async "a roll-back after a failed statement leaves what an application has committed"(): Promise<void> {
		using testFolder = createTestFolder();
		await overtakenRun(testFolder, async (run) => run("SELECT * FROM no_such_table"));
		assertOfApplication(testFolder);
	},

	async "a roll-back to a savepoint leaves what an application has committed"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		hideNodeSqlite();
		const lent = new Database(testFolder.path);
		lent.function("overtake", () => overtake(testFolder));
		const driver = sqliteWasm.withInstance(lent);
		await driver.lock();
		const body = `SAVEPOINT before; ${CHANGE_ACCOUNTS} SELECT overtake(); ROLLBACK TO before`;
		const failed = driver.transaction?.({ version: 1n, dirty: false }, ({ run }) => run(textBody(body)));
		assert.notEqual(await failed?.then(() => undefined, String), undefined);
		assertOfApplication(testFolder);
	},

	async "wasm commits nothing while another copy of SQLite in its process reads the file or begins to write"(): Promise<void> {
		for (const begins of ["BEGIN; SELECT * FROM accounts", "BEGIN IMMEDIATE"]) {
			using testFolder = createTestFolder();
			createAccounts(testFolder.path);
			const before = stateAt(testFolder.path);
			using other = openNatively(testFolder.path);
			const failed = await up(testFolder, "sqlite-wasm", ONE, {
				onEvent: ({ type }) => void (type === "start" && other.exec(begins)),
			});
			assertFailed(failed, "ERR_LOCK_LOST");
			other.exec("ROLLBACK");
			assert.ok(stateAt(testFolder.path) === before, "something was committed");
		}
	},

	async "wasm writes nothing once a person has cleared its lock"(): Promise<void> {
		using testFolder = createTestFolder();
		const failed = await up(testFolder, "sqlite-wasm", ONE, {
			onEvent: ({ type }) => void (type === "start" && rmSync(`${testFolder.path}.lock`)),
		});
		assertFailed(failed, "ERR_LOCK_LOST");
		assert.equal(stateAt(testFolder.path), "");
	},

	async "wasm does not open a file that its process has locked natively"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		using application = openNatively(testFolder.path);
		application.exec("BEGIN IMMEDIATE");
		assertStaysOut(await lock(testFolder, "sqlite-wasm"));
		const write = 'sqlite3 "$0" "DELETE FROM accounts" 2>&1 || true';
		assert.match(execFileSync("sh", ["-c", write, testFolder.path], { encoding: "utf8" }), /database is locked/);
	},

	async "wasm keeps the kernel's lock when it closes a second descriptor of the file"(): Promise<void> {
		using testFolder = createTestFolder();
		const files = {
			"1_twice.up.sql": `-- godwit: no-transaction\nATTACH '${testFolder.path}' AS again; DETACH again; CREATE TABLE one (a)`,
		};
		assert.equal(await up(testFolder, "sqlite-wasm", files), undefined);
	},

	async "without node:sqlite wasm stays out while a native application reads"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		const end = await nativeApplication(testFolder, "BEGIN; SELECT count(*) FROM accounts");
		hideNodeSqlite();
		const failed = await lock(testFolder, "sqlite-wasm");
		await end();
		assertStaysOut(failed);
	},

	async "without node:sqlite wasm does not commit beside a native application that writes"(): Promise<void> {
		using testFolder = createTestFolder();
		createAccounts(testFolder.path);
		hideNodeSqlite();
		const driver = await lockedDriver("sqlite-wasm", testFolder.path, "?x-busy-timeout=0s");
		let end: (() => Promise<void>) | undefined;
		const failed = await driver
			.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
				await run(textBody("CREATE TABLE one (a)"));
				end = await nativeApplication(testFolder, "BEGIN IMMEDIATE");
			})
			.then(
				() => undefined,
				(error: unknown) => error,
			);
		await end?.();
		assert.ok(isMigrateError(failed, "ERR_BUSY"), String(failed));
	},
} as const;

export const KERNEL_MUTANTS: readonly Mutant<keyof typeof KERNEL_SCENARIOS>[] = [
	{
		name: "the bytes that the kernel's lock covers",
		file: "packages/sqlite-files/src/folder-locks/system-locks/system-locks.ts",
		from: 'kind === "exclusive" && !coversAll(from, to)',
		to: 'kind === "exclusive" && !from',
		noticed: "wasm commits nothing while another copy of SQLite in its process reads the file or begins to write",
	},
	{
		name: "the look at the journals before a commit",
		file: "packages/sqlite-files/src/folder-locks/folder-library.ts",
		from: "\t\t\thooks.assertJournals();\n\t\t\tlocks.assertHeld();",
		to: "\t\t\tlocks.assertHeld();",
		noticed: "wasm commits nothing once an application has rolled its journal back",
	},
	{
		name: "the refusal to write after a lost journal",
		file: "packages/sqlite-files/src/folder-locks/journal-check.ts",
		from: "if (lost !== undefined) throw lost;",
		to: "",
		noticed: "a roll-back after a lost commit leaves what an application has committed",
	},
	{
		name: "the look at the journals before a roll-back",
		file: "packages/sqlite-files/src/connections/locking-connection.ts",
		from: "session.beforeRollback();\n\t\t\tcall(() => session.connection.rollback());",
		to: "call(() => session.connection.rollback());",
		noticed: "a roll-back after a failed statement leaves what an application has committed",
	},
	{
		name: "the look at the journals before a roll-back to a savepoint",
		file: "packages/sqlite-files/src/connections/locking-connection.ts",
		from: "if (inFolders && /^ROLLBACK\\b/i.test(sql)) session.beforeRollback();",
		to: "",
		noticed: "a roll-back to a savepoint leaves what an application has committed",
	},
	{
		name: "wasm's look at its link before a commit",
		file: "packages/sqlite-files/src/connections/locking-connection.ts",
		from: "if (inFolders) files.main.assertEntered();",
		to: "",
		noticed: "wasm writes nothing once a person has cleared its lock",
	},
	{
		name: "the look for a native lock of the own process",
		file: "packages/sqlite-files/src/folder-locks/kernel-lock.ts",
		from: "if (held.has(path) || !existsSync(path)) return;",
		to: "return;",
		noticed: "wasm does not open a file that its process has locked natively",
	},
	{
		name: "the descriptors that stay open for the kernel's lock",
		file: "packages/sqlite-files/src/folder-locks/kernel-lock.ts",
		from: "if (later === undefined) close(file);\n\telse later.push(ownDescriptor(file));",
		to: "close(file);",
		noticed: "wasm keeps the kernel's lock when it closes a second descriptor of the file",
	},
	{
		name: "the look for native locks without node:sqlite",
		file: "packages/sqlite-files/src/folder-locks/kernel-lock.ts",
		from: "\tassertNone();\n",
		to: "",
		noticed: "without node:sqlite wasm stays out while a native application reads",
	},
	{
		name: "the look for native locks before a commit without node:sqlite",
		file: "packages/sqlite-files/src/folder-locks/kernel-lock.ts",
		from: 'assertHeld: () => assertNone("write"),',
		to: "assertHeld() {},",
		noticed: "without node:sqlite wasm does not commit beside a native application that writes",
	},
];

type Run = (sql: string) => Promise<unknown>;

/**
 * A wasm run in whose transaction an application rolls the journal back and commits a change of its own, where no kernel's lock keeps it
 * out.
 *
 * @param last What the run does after that.
 * @returns the run's error.
 */
async function overtakenRun(testFolder: TestFolder, last: (run: Run) => Promise<unknown>): Promise<unknown> {
	createAccounts(testFolder.path);
	hideNodeSqlite();
	const driver = await lockedDriver("sqlite-wasm", testFolder.path, "?x-busy-timeout=0s");
	return driver
		.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(CHANGE_ACCOUNTS));
			overtake(testFolder);
			await last((sql) => run(textBody(sql)));
		})
		.then(
			() => undefined,
			(error: unknown) => error,
		);
}

/** An application rolls the journal back that it finds, and commits. */
function overtake({ path }: TestFolder): number {
	execFileSync("sqlite3", [path, "UPDATE accounts SET note = 'application ' || substr(note, 13)"]);
	return ACCOUNTS;
}

/** All rows are as the application has left them. */
function assertOfApplication({ path }: TestFolder): void {
	assert.deepEqual(countAccounts(path), { accounts: ACCOUNTS, changed: 0 });
	using database = openNatively(path);
	assert.deepEqual(database.prepare("SELECT count(*) AS rows FROM accounts WHERE note LIKE 'application %'").get(), {
		rows: ACCOUNTS,
	});
	assert.deepEqual(database.pragma("integrity_check"), [{ integrity_check: "ok" }]);
}

/** An application in the midst of a transaction. @returns a function that ends it. */
async function nativeApplication({ path }: TestFolder, sql: string): Promise<() => Promise<void>> {
	const application = spawn("sqlite3", [path], { stdio: ["pipe", "pipe", "inherit"] });
	const exited = once(application, "exit");
	application.stdin.write(`${sql}; SELECT 'ready';\n`);
	await Promise.race([once(application.stdout, "data"), exited]);
	return async () => {
		application.stdin.end();
		await exited;
	};
}
