import assert from "node:assert/strict";
import { migrationBody, NIL_VERSION, textBody } from "@godwit/core";
import { expectObjects, expectVersion, rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** Longer than any law waits for what is ended from outside. */
const LONG_MS = 30_000;

/** How long a promise may take that nothing keeps waiting: a driver that waits for ever has to fail and not to hang. */
const HANGS_AFTER_MS = 5_000;

/** What calls that overlap promise, and `close` while others are under way. */
export const callLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>([
	{
		id: "calls/overlap-in-order",
		of: "Driver",
		requires: ["apply"],
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false });
			const failed = driver.apply?.(textBody(`${create("a")}\n${failing}`), { version: 2n, dirty: false });
			const calls = [
				driver.setVersion({ version: 3n, dirty: false }),
				driver.run(textBody(create("b"))),
				driver.version().then((found) => assert.equal(found.version, 3n, "a call sees what came before it")),
			];
			await rejection("ERR_SQL", failed ?? Promise.resolve());
			await Promise.all(calls);
			await expectObjects(harness, ["b"]);
			await expectVersion(driver, 3n, false);
		},
	},
	{
		id: "close/waits-for-what-is-under-way",
		of: "Driver.close",
		async check(harness, { capabilities }) {
			const { create } = harness.dialect;
			const driver = await harness.open();
			const running = driver.run(textBody(create("a"))).then(
				() => ["a"],
				() => [],
			);
			await driver.close();
			// What the call says of itself is how it is, and stays so after close.
			if (capabilities.has("atomic-run")) await expectObjects(harness, await running);
			await rejection("ERR_CLOSED", driver.version());
			if (!capabilities.has("persistent")) return;
			await using reopened = await harness.open();
			await expectVersion(reopened, NIL_VERSION, false);
		},
	},
	{
		id: "close/ends-a-body-that-hangs",
		of: "Driver.close",
		async check(harness) {
			const driver = await harness.open();
			const opened = Promise.withResolvers<void>();
			const hanging = migrationBody(async function* () {
				opened.resolve();
				await new Promise(() => {});
				yield new Uint8Array();
			});
			const running = driver.run(hanging);
			running.catch(() => {});
			await opened.promise;
			await answers(driver.close(), "close");
			await answers(assert.rejects(running), "run");
			await expectObjects(harness, []);
		},
	},
	{
		id: "close/ends-waiting",
		of: "Driver.close",
		requires: ["cross-instance-lock"],
		async check(harness) {
			await using holder = await harness.open();
			const waiter = await harness.open();
			await holder.lock();
			const waiting = waiter.lock({ timeoutMs: LONG_MS });
			waiting.catch(() => {});
			await waiter.close();
			await answers(rejection("ERR_CLOSED", waiting), "lock");
			await holder.unlock();
		},
	},
]);

async function answers(promise: Promise<unknown>, call: string): Promise<void> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`${call} does not answer`)), HANGS_AFTER_MS);
	});
	try {
		await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}
