import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Migrate, memorySource, type VersionState } from "@godwit/core";
import { assertHistoryAgrees } from "./history.ts";
import { askShell } from "./sqlite-shell.ts";
import { filesOf, SETS } from "./steps.ts";
import type { TestFolder } from "./test-folder.ts";
import { type BackendName, backendOf, openNatively, type TortureCase, urlOf } from "./torture-case.ts";
import { stateOf, type Way } from "./way.ts";

/** How far a run had come, and how many times somebody had to repair the schema by hand. */
export interface Aftermath {
	readonly found: VersionState;
	readonly repairs: 0 | 1;
}

/**
 * What has to hold in a folder where a run came to harm: godwit and the `sqlite3` shell find a sound database in a state
 * that its version and its history tell truly, and the next run goes on to the end.
 *
 * @param backend Finds the database first and goes on with the work.
 */
export async function assertAftermath(
	testFolder: TestFolder,
	which: TortureCase,
	way: Way,
	backend: BackendName,
): Promise<Aftermath> {
	const { path } = testFolder;
	const url = urlOf(backend, path, which);
	const found = await versionAt(backend, url);
	await assertSound(path);
	assertHistoryAgrees(path);
	const version = Number(found.version);
	const state = stateAt(path);
	let repairs: Aftermath["repairs"] = 0;
	if (found.dirty) {
		assert.equal(which.transaction, "no-transaction", "an atomic run left a dirty database");
		const left = way.left(version, state);
		assert.ok(left !== undefined, `dirty at ${version}, in a state that no part of that migration leads to:\n${state}`);
		repairs = 1;
		repair(path, left);
		await using migrate = await openMigrate(backend, url, which, testFolder);
		await migrate.force(version);
	} else {
		assert.equal(state, way.clean(version), `clean at ${version}, but not in the state of that version`);
	}
	{
		await using migrate = await openMigrate(backend, url, which, testFolder);
		await (which.direction === "up" ? migrate.up() : migrate.down());
	}
	await assertEnd(testFolder, which, way, backend);
	// A journal that was begun and not used stays until the next transaction writes; SQLite takes no notice of it.
	const unused = version === way.end ? ["app.db-journal", "shared/real.db-journal", "side.db-journal"] : [];
	// Without anything to run no lock is taken, and nothing that lies beside it goes.
	const claims = version === way.end ? CLAIM : CLAIM_ON_ATTACHED;
	assert.deepEqual(
		testFolder.files().filter((name) => !unused.includes(name) && !claims.test(name) && !SUPER_JOURNAL.test(name)),
		databasesOf(which),
	);
	return { found, repairs };
}

/** Of a process that was killed when it had given up a lock; it keeps nobody out, and goes when the lock is taken. */
const CLAIM = /\.lock\.break/;

/** The lock of an attached file is taken by a migration that attaches it. */
const CLAIM_ON_ATTACHED = /^side\.db\.lock\.break/;

/** SQLite's file of a transaction in two databases that was not begun, see https://sqlite.org/tempfiles.html#super_journal_files */
const SUPER_JOURNAL = /-mj[0-9A-F]{9}$/;

/** What lies in the folder in the end. */
function databasesOf({ through, set }: TortureCase): readonly string[] {
	return ["app.db", ...(through === "link" ? ["shared/real.db"] : []), ...(set === "attaching" ? ["side.db"] : [])];
}

/** Everything is as after an undisturbed run. */
export async function assertEnd(
	testFolder: TestFolder,
	which: TortureCase,
	way: Way,
	backend: BackendName,
): Promise<void> {
	const { path } = testFolder;
	const end = await versionAt(backend, urlOf(backend, path, which));
	assert.deepEqual(end, { version: BigInt(way.end), dirty: false });
	await assertSound(path);
	assertHistoryAgrees(path);
	assert.equal(stateAt(path), way.clean(way.end), "not in the state of an undisturbed run");
	assert.equal(await askShell(path, "PRAGMA journal_mode"), which.journal === "wal" ? "wal" : "delete");
}

/** By the shell, which knows nothing of godwit. */
export async function assertSound(path: string): Promise<void> {
	if (existsSync(path)) assert.equal(await askShell(path, "PRAGMA integrity_check"), "ok");
}

export function stateAt(path: string): string {
	using database = openNatively(path);
	const side = join(dirname(path), "side.db");
	database.exec(`ATTACH '${existsSync(side) ? side : ":memory:"}' AS side`);
	return stateOf(database);
}

async function versionAt(backend: BackendName, url: string): Promise<VersionState> {
	await using driver = await backendOf(backend).open(url);
	const { version, dirty } = await driver.version();
	return { version, dirty };
}

async function openMigrate(
	backend: BackendName,
	url: string,
	{ set }: TortureCase,
	{ folder }: TestFolder,
): Promise<Migrate> {
	const driver = await backendOf(backend).open(url);
	return new Migrate({ source: memorySource(filesOf(SETS[set], folder)), driver, lockTimeoutMs: 0 });
}

/** As a person would: finishes the migration, with the foreign keys off as they were in the run. */
function repair(path: string, statements: readonly string[]): void {
	using database = openNatively(path);
	database.pragma("foreign_keys = OFF");
	for (const statement of statements) database.exec(statement);
}
