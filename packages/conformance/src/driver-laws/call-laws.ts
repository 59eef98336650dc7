import assert from "node:assert/strict";
import { type DriverTransaction, migrationBody, NIL_VERSION, textBody } from "@godwit/core";
import { answers, expectObjects, expectVersion, rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";
import { transaction } from "./transaction-laws.ts";

/** Longer than any law waits for what is ended from outside. */
const LONG_MS = 30_000;

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
		id: "calls/waiting-ends-by-signal-and-timeout",
		of: "LockOptions",
		async check(harness, { capabilities }) {
			await using driver = await harness.open();
			const opened = Promise.withResolvers<void>();
			const gate = Promise.withResolvers<void>();
			const slow = migrationBody(async function* () {
				opened.resolve();
				await gate.promise;
				yield* textBody(harness.dialect.create("a"));
			});
			const before = Promise.all([driver.run(slow), driver.setVersion({ version: 1n, dirty: false })]);
			before.catch(() => {});
			await opened.promise;
			const reason = new Error("no longer wanted");
			const controller = new AbortController();
			const { signal } = controller;
			// A driver that cannot lock answers at once.
			const locks = capabilities.has("lock");
			const waiting: Promise<unknown>[] = [driver.version({ timeoutMs: LONG_MS, signal })];
			if (locks) waiting.push(driver.lock({ timeoutMs: LONG_MS, signal }));
			const ended = Promise.all(waiting.map((call) => assert.rejects(call, (error) => error === reason)));
			ended.catch(() => {});
			controller.abort(reason);
			try {
				await answers(ended, "a call whose signal is aborted");
				const late = rejection("ERR_LOCK_TIMEOUT", driver.version({ timeoutMs: 0 }));
				await answers(late, "version({ timeoutMs: 0 })");
				if (locks) {
					const lateLock = rejection("ERR_LOCK_TIMEOUT", driver.lock({ timeoutMs: 0 }));
					await answers(lateLock, "lock({ timeoutMs: 0 })");
				}
			} finally {
				gate.resolve();
			}
			await before;
			await expectObjects(harness, ["a"]);
			await expectVersion(driver, 1n, false);
			if (locks) await rejection("ERR_NOT_LOCKED", driver.unlock());
		},
	},
	{
		id: "transaction/is-not-waited-for-by-what-it-waits-for",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			await using driver = await harness.open();
			const body = textBody(harness.dialect.create("a"));
			const begun = transaction(driver, 1n, undefined, async ({ run }) => {
				await Promise.all(refused);
				await run(body);
			});
			// The callback has not been called yet, and may await them all the same.
			const change = { version: 2n, dirty: false };
			const refused = [
				driver.version(),
				driver.run(body),
				driver.setVersion(change),
				driver.drop(),
				driver.lock({ timeoutMs: LONG_MS }),
				driver.unlock(),
				driver.transaction?.(change, async () => {}) ?? Promise.resolve(),
			].map((call) => rejection("ERR_IN_TRANSACTION", call));
			for (const refusal of refused) refusal.catch(() => {});
			await answers(begun, "transaction");
			await expectObjects(harness, ["a"]);
			await expectVersion(driver, 1n, false);
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
		id: "close/ends-a-transaction-that-hangs",
		of: "Driver.close",
		requires: ["transaction"],
		async check(harness, { capabilities }) {
			const driver = await harness.open();
			const entered = Promise.withResolvers<void>();
			let handle: DriverTransaction | undefined;
			const hanging = transaction(driver, 1n, undefined, async (own) => {
				handle = own;
				await own.run(textBody(harness.dialect.create("a")));
				entered.resolve();
				await new Promise(() => {});
			});
			hanging.catch(() => {});
			await entered.promise;
			await answers(driver.close(), "close");
			await answers(rejection("ERR_CLOSED", hanging), "transaction");
			await rejection("ERR_CLOSED", handle?.run(textBody("")) ?? Promise.resolve());
			await expectObjects(harness, []);
			if (!capabilities.has("persistent")) return;
			await using other = await harness.open();
			const closing = transaction(other, 1n, undefined, async ({ run }) => {
				await run(textBody(harness.dialect.create("a")));
				await other.close();
			});
			await answers(rejection("ERR_CLOSED", closing), "a transaction that closes its driver");
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
