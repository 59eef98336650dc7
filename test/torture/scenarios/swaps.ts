import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { isMigrateError, Migrate, type MigrateOptions, memorySource } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import { createTestFolder, type TestFolder } from "../test-folder.ts";
import { openNatively } from "../torture-case.ts";
import { ONE, up } from "./attempts.ts";
import type { Mutant } from "./mutant.ts";

/** A restored backup takes the place of the database beside applications that have it open. */
export const SWAP_SCENARIOS = {
	async "a database is not replaced in the midst of an application's transaction"(): Promise<void> {
		using testFolder = await withBackup();
		using application = openNatively(testFolder.path);
		const failed = await swap(testFolder, {
			onEvent: ({ type }) =>
				void (type === "locked" && application.exec("BEGIN IMMEDIATE; INSERT INTO one VALUES (1)")),
		});
		assert.ok(isMigrateError(failed, "ERR_BUSY"), String(failed));
		application.exec("COMMIT");
		using database = openNatively(testFolder.path);
		assert.deepEqual(database.prepare("SELECT a FROM one").all(), [{ a: 1 }]);
	},

	async "an application cannot write to a database that was replaced"(): Promise<void> {
		using testFolder = await withBackup();
		using application = openNatively(testFolder.path);
		// In this mode SQLite does not look whether the file is still at its path.
		application.exec("PRAGMA journal_mode = memory; SELECT * FROM one");
		assert.equal(await swap(testFolder), undefined);
		assert.throws(() => application.exec("INSERT INTO one VALUES (1)"));
	},
} as const;

export const SWAP_MUTANTS: readonly Mutant<keyof typeof SWAP_SCENARIOS>[] = [
	{
		name: "SQLite's lock while a database is replaced",
		file: "packages/sqlite-files/src/connections/swap-file.ts",
		from: 'call(() => connection.begin("exclusive"));',
		to: "",
		noticed: "a database is not replaced in the midst of an application's transaction",
	},
	{
		name: "the mark in a file that was replaced",
		file: "packages/sqlite-files/src/connections/swap-file.ts",
		from: 'if (folder === "synced") spoil(old);',
		to: "",
		noticed: "an application cannot write to a database that was replaced",
	},
];

/** A database at its only version, and a copy of it. */
async function withBackup(): Promise<TestFolder> {
	const testFolder = createTestFolder();
	assert.equal(await up(testFolder, "sqlite-native", ONE), undefined);
	copyFileSync(testFolder.path, testFolder.side);
	return testFolder;
}

/** Puts the copy in the place of the database. @returns the error, `undefined` when all went well. */
async function swap({ path, side }: TestFolder, options: MigrateOptions = {}): Promise<unknown> {
	try {
		const driver = await sqliteNative.open(`sqlite-native://${path}?x-busy-timeout=0s`);
		await using migrate = new Migrate({ source: memorySource(ONE), driver, ...options });
		await migrate.restore(side, { swap: true });
		return undefined;
	} catch (error) {
		return error;
	}
}
