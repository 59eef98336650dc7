import assert from "node:assert/strict";
import { textBody } from "@godwit/core";
import { expectObjects, expectVersion, rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** Longer than any law waits for a lock that it gets. */
const LONG_MS = 30_000;

/** What `lock` and `unlock` promise. */
export const lockLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>([
	{
		id: "lock/not-twice",
		of: "Driver.lock",
		requires: ["lock"],
		async check(harness) {
			await using driver = await harness.open();
			await driver.lock();
			// Would wait for as long as the test may take if it waited for itself.
			await rejection("ERR_LOCKED", driver.lock({ timeoutMs: LONG_MS }));
			await driver.unlock();
		},
	},
	{
		id: "lock/again-after-unlock",
		of: "Driver.lock",
		requires: ["lock"],
		async check(harness) {
			await using driver = await harness.open();
			for (let time = 0; time < 3; time++) {
				await driver.lock({ timeoutMs: 0 });
				await driver.unlock();
			}
		},
	},
	{
		id: "lock/excludes-other-instances",
		of: "Driver.lock",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			await using other = await harness.open();
			await holder.lock();
			const { details } = await rejection("ERR_LOCK_TIMEOUT", other.lock({ timeoutMs: 0 }));
			assert.notEqual(details.owner, "", "the error names the owner");
			assert.ok(details.waitedMs >= 0);
			await using late = await harness.open();
			await rejection("ERR_LOCK_TIMEOUT", late.lock({ timeoutMs: 0 }));
			await holder.unlock();
		},
	},
	{
		id: "lock/goes-to-who-waits",
		of: "Driver.lock",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			await using waiter = await harness.open();
			await holder.lock();
			const waiting = waiter.lock({ timeoutMs: LONG_MS });
			// Reported here should it fail before it is awaited below.
			waiting.catch(() => {});
			await holder.version();
			await holder.unlock();
			await waiting;
			await rejection("ERR_LOCK_TIMEOUT", holder.lock({ timeoutMs: 0 }));
			await waiter.unlock();
		},
	},
	{
		id: "lock/abort-ends-waiting",
		of: "Driver.lock",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			await using waiter = await harness.open();
			await holder.lock();
			const controller = new AbortController();
			const waiting = waiter.lock({ timeoutMs: LONG_MS, signal: controller.signal });
			waiting.catch(() => {});
			const reason = new Error("no longer wanted");
			controller.abort(reason);
			await assert.rejects(waiting, (error) => error === reason);
			await rejection("ERR_NOT_LOCKED", waiter.unlock());
			await holder.unlock();
		},
	},
	{
		id: "lock/failure-leaves-nothing",
		of: "Driver.lock",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			await using keptOut = await harness.open();
			await using next = await harness.open();
			await holder.lock();
			await rejection("ERR_LOCK_TIMEOUT", keptOut.lock({ timeoutMs: 0 }));
			await rejection("ERR_NOT_LOCKED", keptOut.unlock());
			await rejection("ERR_LOCK_TIMEOUT", next.lock({ timeoutMs: 0 }));
			await holder.unlock();
			await next.lock({ timeoutMs: 0 });
			await rejection("ERR_LOCK_TIMEOUT", keptOut.lock({ timeoutMs: 0 }));
			await next.unlock();
			await keptOut.lock({ timeoutMs: 0 });
		},
	},
	{
		id: "lock/ends-with-close",
		of: "Driver.close",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			await using next = await harness.open();
			await holder.lock();
			await holder.close();
			await next.lock({ timeoutMs: 0 });
		},
	},
	{
		id: "lock/outlives-close-of-another",
		of: "Driver.close",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			await using bystander = await harness.open();
			await using next = await harness.open();
			await holder.lock();
			await bystander.close();
			await rejection("ERR_LOCK_TIMEOUT", next.lock({ timeoutMs: 0 }));
			await holder.unlock();
		},
	},
	{
		id: "lock/lost-lock-writes-nothing",
		of: "Driver.apply",
		requires: ["fenced-lock", "apply"],
		async check(harness) {
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false });
			await driver.lock();
			await harness.stealLock?.(driver);
			await rejection(
				"ERR_LOCK_LOST",
				driver.apply?.(textBody(harness.dialect.create("a")), { version: 2n, dirty: false }) ?? Promise.resolve(),
			);
			await expectObjects(harness, []);
			await expectVersion(driver, 1n, false);
			// A driver may report the loss from close too, or not, so it is reported before.
			await rejection("ERR_LOCK_LOST", driver.unlock());
		},
	},
	{
		id: "lock/lost-lock-runs-nothing-outside-a-transaction",
		of: "Driver.run",
		requires: ["fenced-lock", "no-transaction"],
		async check(harness) {
			const { create, noTransaction } = harness.dialect;
			assert.ok(noTransaction !== undefined, 'a dialect that claims "no-transaction" has the method');
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false });
			await driver.lock();
			await driver.setVersion({ version: 2n, dirty: true });
			await harness.stealLock?.(driver);
			await rejection("ERR_LOCK_LOST", driver.run(textBody(noTransaction(create("a")))));
			await expectObjects(harness, []);
			await expectVersion(driver, 2n, true);
			await rejection("ERR_LOCK_LOST", driver.unlock());
		},
	},
	{
		id: "unlock/tells-of-a-lost-lock",
		of: "Driver.unlock",
		requires: ["fenced-lock"],
		async check(harness) {
			await using driver = await harness.open();
			await using other = await harness.open();
			await driver.lock();
			await harness.stealLock?.(driver);
			await rejection("ERR_LOCK_LOST", driver.unlock());
			// Another owner holds the lock now.
			await rejection("ERR_LOCK_TIMEOUT", other.lock({ timeoutMs: 0 }));
		},
	},
	{
		id: "unlock/needs-a-lock",
		of: "Driver.unlock",
		requires: ["lock"],
		async check(harness) {
			await using driver = await harness.open();
			await rejection("ERR_NOT_LOCKED", driver.unlock());
			await driver.lock();
			await driver.unlock();
			await rejection("ERR_NOT_LOCKED", driver.unlock());
		},
	},
]);
