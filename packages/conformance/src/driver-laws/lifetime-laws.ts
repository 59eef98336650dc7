import { NIL_VERSION, textBody } from "@godwit/core";
import { expectObjects, expectVersion, rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** What `drop` and `close` promise. */
export const lifetimeLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>(
	[
		{
			id: "drop/leaves-nothing",
			of: "Driver.drop",
			async check(harness, { capabilities }) {
				const { create } = harness.dialect;
				await using driver = await harness.open();
				await driver.run(textBody(`${create("a")}\n${create("b")}`));
				await driver.setVersion({ version: 7n, dirty: true });
				await driver.drop();
				await expectObjects(harness, []);
				await expectVersion(driver, NIL_VERSION, false);
				if (!capabilities.has("persistent")) return;
				await driver.close();
				await using reopened = await harness.open();
				await expectVersion(reopened, NIL_VERSION, false);
			},
		},
		{
			id: "drop/can-be-migrated-again",
			of: "Driver.drop",
			async check(harness) {
				const { create } = harness.dialect;
				await using driver = await harness.open();
				await driver.run(textBody(create("a")));
				await driver.setVersion({ version: 1n, dirty: false });
				await driver.drop();
				await driver.setVersion({ version: 1n, dirty: true });
				await driver.run(textBody(create("a")));
				await driver.setVersion({ version: 1n, dirty: false });
				await expectObjects(harness, ["a"]);
				await expectVersion(driver, 1n, false);
			},
		},
		{
			id: "drop/of-an-empty-database",
			of: "Driver.drop",
			async check(harness) {
				await using driver = await harness.open();
				await driver.drop();
				await driver.drop();
				await expectObjects(harness, []);
				await expectVersion(driver, NIL_VERSION, false);
			},
		},
		{
			id: "drop/keeps-the-lock",
			of: "Driver.drop",
			requires: ["lock"],
			async check(harness, { capabilities }) {
				await using driver = await harness.open();
				await driver.lock();
				await driver.run(textBody(harness.dialect.create("a")));
				await driver.drop();
				await rejection("ERR_LOCKED", driver.lock({ timeoutMs: 0 }));
				if (capabilities.has("cross-instance-lock")) {
					await using other = await harness.open();
					await rejection("ERR_LOCK_TIMEOUT", other.lock({ timeoutMs: 0 }));
				}
				await driver.unlock();
				await driver.lock({ timeoutMs: 0 });
			},
		},
		{
			id: "close/twice-is-fine",
			of: "Driver.close",
			async check(harness) {
				const driver = await harness.open();
				await driver.version();
				await driver.close();
				await driver.close();
				await driver[Symbol.asyncDispose]();
			},
		},
		{
			id: "close/by-disposal",
			of: "Driver",
			async check(harness) {
				const driver = await harness.open();
				await driver[Symbol.asyncDispose]();
				await rejection("ERR_CLOSED", driver.version());
			},
		},
		{
			id: "close/ends-all-use",
			of: "Driver.close",
			async check(harness) {
				const driver = await harness.open();
				await driver.close();
				const body = textBody(harness.dialect.create("a"));
				await rejection("ERR_CLOSED", driver.version());
				await rejection("ERR_CLOSED", driver.setVersion({ version: 1n, dirty: false }));
				await rejection("ERR_CLOSED", driver.run(body));
				await rejection("ERR_CLOSED", driver.drop());
				await rejection("ERR_CLOSED", driver.lock({ timeoutMs: 0 }));
				await rejection("ERR_CLOSED", driver.unlock());
				if (driver.apply) await rejection("ERR_CLOSED", driver.apply(body, { version: 1n, dirty: false }));
				if (driver.transaction)
					await rejection(
						"ERR_CLOSED",
						driver.transaction({ version: 1n, dirty: false }, async () => {}),
					);
				await expectObjects(harness, []);
			},
		},
	],
);
