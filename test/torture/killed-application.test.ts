import { existsSync } from "node:fs";
import { type Driver, isMigrateError, type VersionState } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { abandonedDatabase } from "./abandoned-database.ts";
import { ACCOUNTS, countAccounts } from "./accounts.ts";
import { assertSound } from "./aftermath.ts";
import { ALL_BACKENDS, backendOf } from "./torture-case.ts";

async function versionOf(opened: Driver): Promise<VersionState> {
	await using driver = opened;
	const { version, dirty } = await driver.version();
	return { version, dirty };
}

describe.each(ALL_BACKENDS)("%s on the database of a killed node-sqlite3-wasm application", (backend) => {
	it("refuses, then shows the state from before the transaction, never the half-written one", async () => {
		using testFolder = await abandonedDatabase();
		const { open, breakLocks } = backendOf(backend);
		const url = `${backend}://${testFolder.path}?x-busy-timeout=0s`;
		const error = await versionOf(await open(url)).catch((reason: unknown) => reason);
		if (!isMigrateError(error, "ERR_BUSY")) throw error;
		expect(error.message).toContain(`${testFolder.path}.lock was made`);
		expect(error.message).toMatch(/made \d+ s ago/);
		expect(error.message).toContain('"godwit unlock"');
		expect(existsSync(`${testFolder.path}.lock`)).toBe(true);
		expect(existsSync(`${testFolder.path}-journal`)).toBe(true);

		const asked: string[] = [];
		const cleared = await breakLocks(url, async (holder) => asked.push(holder) > 0);
		expect(cleared).toBe(1);
		expect(asked).toEqual([expect.stringContaining(`${testFolder.path}.lock`)]);
		expect(await versionOf(await open(url))).toEqual({ version: -1n, dirty: false });
		expect(testFolder.files()).toEqual(["app.db"]);
		await assertSound(testFolder.path);
		expect(countAccounts(testFolder.path)).toEqual({ accounts: ACCOUNTS, changed: 0 });
	});
});
