import assert from "node:assert/strict";
import { type Driver, isMigrateError } from "@godwit/core";
import { rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

const REQUIRES = ["cross-instance-lock", "failed-unlock"] as const;

/** What is promised of a lock that cannot be given back when `unlock` is called. */
export const failedUnlockLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<
	DriverHarness,
	DriverCapability
>([
	{
		id: "unlock/failure-is-told-and-made-good",
		of: "Driver.unlock",
		requires: REQUIRES,
		async check(harness) {
			await using driver = await harness.open();
			const next: Readonly<Record<string, () => Promise<unknown>>> = {
				unlock: () => driver.unlock(),
				version: () => driver.version(),
				setVersion: () => driver.setVersion({ version: 1n, dirty: false }),
				async lock() {
					await driver.lock({ timeoutMs: 0 });
					await driver.unlock();
				},
			};
			for (const [name, call] of Object.entries(next)) {
				await driver.lock();
				await failToUnlock(harness, driver);
				await call();
				await expectFree(harness, name);
				await rejection("ERR_NOT_LOCKED", driver.unlock());
			}
		},
	},
	{
		id: "unlock/failure-does-not-outlive-close",
		of: "Driver.close",
		requires: REQUIRES,
		async check(harness) {
			await using driver = await harness.open();
			await driver.lock();
			await failToUnlock(harness, driver);
			await driver.close();
			await expectFree(harness, "close");
		},
	},
]);

async function failToUnlock(harness: DriverHarness, driver: Driver): Promise<void> {
	const unblock = await blockUnlock(harness);
	await assert.rejects(driver.unlock(), (error) => {
		assert.ok(!isMigrateError(error, "ERR_LOCK_LOST"), "a lock that cannot be given back is not lost");
		assert.ok(!isMigrateError(error, "ERR_NOT_LOCKED"), "a lock that cannot be given back is held");
		return true;
	});
	await unblock();
}

/** As the harness's own, which has to be there. */
export async function blockUnlock(harness: DriverHarness): Promise<() => Promise<void>> {
	assert.ok(harness.blockUnlock !== undefined, 'a harness that claims "failed-unlock" has blockUnlock');
	return harness.blockUnlock();
}

async function expectFree(harness: DriverHarness, call: string): Promise<void> {
	await using other = await harness.open();
	await other.lock({ timeoutMs: 0 }).catch((cause: unknown) => {
		throw new Error(`${call} does not give the lock back that unlock could not`, { cause });
	});
	await other.unlock();
}
