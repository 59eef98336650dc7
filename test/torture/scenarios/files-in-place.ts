import assert from "node:assert/strict";
import { copyFileSync, renameSync } from "node:fs";
import { isMigrateError, Migrate, memorySource, textBody } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { createAccounts } from "../accounts.ts";
import { createTestFolder } from "../test-folder.ts";
import { openNatively } from "../torture-case.ts";
import { lockedDriver, ONE } from "./attempts.ts";
import type { Mutant } from "./mutant.ts";

/**
 * Nothing is committed to a file that is no longer at its path. All databases are in WAL mode, where SQLite itself does not look.
 */
export const IN_PLACE_SCENARIOS = {
	async "nothing is committed once an attached file has been replaced"(): Promise<void> {
		using testFolder = createTestFolder();
		createWal(testFolder.side);
		const driver = await lockedDriver("sqlite-native", testFolder.path);
		const failed = driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
			await run(textBody(`ATTACH '${testFolder.side}' AS o; CREATE TABLE o.one (a)`));
			replace(testFolder.side);
		});
		assertLost(
			await failed?.then(
				() => undefined,
				(error: unknown) => error,
			),
		);
	},

	async "nothing is committed through a lent connection whose file has been replaced before the run"(): Promise<void> {
		using testFolder = createTestFolder();
		createWal(testFolder.path);
		const driver = sqliteNative.withInstance(openNatively(testFolder.path));
		replace(testFolder.path);
		assertLost(
			await driver.lock().then(
				() => undefined,
				(error: unknown) => error,
			),
		);
	},

	async "nothing is committed through a lent connection whose file has been replaced between two runs"(): Promise<void> {
		using testFolder = createTestFolder();
		createWal(testFolder.path);
		const driver = sqliteNative.withInstance(openNatively(testFolder.path));
		await driver.lock();
		await driver.unlock();
		replace(testFolder.path);
		assertLost(
			await driver.lock().then(
				() => undefined,
				(error: unknown) => error,
			),
		);
	},

	async "no statement outside a transaction runs on a file that has been replaced"(): Promise<void> {
		using testFolder = createTestFolder();
		createWal(testFolder.path);
		const lent = openNatively(testFolder.path);
		lent.function("replace_file", () => void replace(testFolder.path));
		const files = { "1_one.up.sql": `-- godwit: no-transaction\nSELECT replace_file(); ${ONE["1_one.up.sql"]}` };
		const migrate = new Migrate({ source: memorySource(files), driver: sqliteNative.withInstance(lent) });
		await assert.rejects(migrate.up());
		assert.equal(hasTable(lent, "one"), false);
	},
} as const;

export const IN_PLACE_MUTANTS: readonly Mutant<keyof typeof IN_PLACE_SCENARIOS>[] = [
	{
		name: "the note of what was attached for the look before a commit",
		file: "packages/sqlite-files/src/connections/files-in-place.ts",
		from: "for (const path of paths) add(path);",
		to: "",
		noticed: "nothing is committed once an attached file has been replaced",
	},
	{
		name: "the note of a lent file",
		file: "packages/sqlite-files/src/connections/files-in-place.ts",
		from: "if (lent) add(main);",
		to: "",
		noticed: "nothing is committed through a lent connection whose file has been replaced before the run",
	},
	{
		name: "the note of a lent file between two runs",
		file: "packages/sqlite-files/src/connections/files-in-place.ts",
		from: "closed: () => keep(lent ? [main] : []),",
		to: "closed: () => keep([]),",
		noticed: "nothing is committed through a lent connection whose file has been replaced between two runs",
	},
	{
		name: "the look before each statement outside a transaction",
		file: "packages/sqlite-files/src/connections/locking-connection.ts",
		from: "if (commits && !detaches) assertMayCommit();",
		to: "",
		noticed: "no statement outside a transaction runs on a file that has been replaced",
	},
];

function createWal(path: string): void {
	createAccounts(path);
	using database = openNatively(path);
	database.exec("PRAGMA journal_mode = WAL");
}

/** Puts a copy in the place of a file, as a restored backup is. */
function replace(path: string): void {
	copyFileSync(path, `${path}.copy`);
	renameSync(`${path}.copy`, path);
}

function assertLost(failed: unknown): void {
	assert.ok(isMigrateError(failed, "ERR_LOCK_LOST"), String(failed));
}

function hasTable(database: ReturnType<typeof openNatively>, name: string): boolean {
	return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(name) !== undefined;
}
