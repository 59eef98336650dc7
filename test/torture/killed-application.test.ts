import { existsSync } from "node:fs";
import { type Driver, isMigrateError, type VersionState } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { abandonedScene } from "./abandoned-scene.ts";
import { ACCOUNTS, countAccounts } from "./accounts.ts";
import { assertSound } from "./aftermath.ts";
import { ALL_BACKENDS, backendOf } from "./torture-case.ts";

async function versionOf(opened: Driver): Promise<VersionState> {
	await using driver = opened;
	return await driver.version();
}

describe.each(ALL_BACKENDS)("%s on the database of a killed node-sqlite3-wasm application", (backend) => {
	it("refuses, then shows the state from before the transaction, never the half-written one", async () => {
		using scene = await abandonedScene();
		const { open, breakLocks } = backendOf(backend);
		const url = `${backend}://${scene.path}?x-busy-timeout=0s`;
		const error = await versionOf(await open(url)).catch((reason: unknown) => reason);
		if (!isMigrateError(error, "ERR_BUSY")) throw error;
		expect(error.message).toContain(`${scene.path}.lock was made`);
		expect(error.message).toMatch(/made \d+ s ago/);
		expect(error.message).toContain('"godwit unlock"');
		expect(existsSync(`${scene.path}.lock`)).toBe(true);
		expect(existsSync(`${scene.path}-journal`)).toBe(true);

		const asked: string[] = [];
		const cleared = await breakLocks(url, async (holder) => asked.push(holder) > 0);
		expect(cleared).toBe(1);
		expect(asked).toEqual([expect.stringContaining(`${scene.path}.lock`)]);
		expect(await versionOf(await open(url))).toEqual({ version: -1n, dirty: false });
		expect(scene.files()).toEqual(["app.db"]);
		await assertSound(scene.path);
		expect(countAccounts(scene.path)).toEqual({ accounts: ACCOUNTS, changed: 0 });
	});
});
