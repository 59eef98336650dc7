import assert from "node:assert/strict";
import {
	type Driver,
	type DriverTransaction,
	type MigrationBody,
	NIL_VERSION,
	textBody,
	type Version,
	type VersionChange,
	type VersionState,
} from "@godwit/core";
import { expectObjects, expectVersion, rejection, rejectionCausedBy } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { unreadableBody } from "./bodies/body-laws.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** What the optional `apply` and `transaction` promise. */
export const transactionLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<
	DriverHarness,
	DriverCapability
>([
	{
		id: "claims/match-the-methods",
		of: "Driver",
		async check(harness, { capabilities }) {
			await using driver = await harness.open();
			for (const [method, capability] of [
				["apply", "apply"],
				["transaction", "transaction"],
				["lastToken", "last-token"],
				["history", "history"],
			] as const) {
				// A driver that has a method and does not claim it would not be asked the method's laws.
				assert.equal(driver[method] !== undefined, capabilities.has(capability), method);
			}
		},
	},
	{
		id: "apply/records-the-version-with-the-body",
		of: "Driver.apply",
		requires: ["apply"],
		async check(harness) {
			const { create, drop, comment } = harness.dialect;
			await using driver = await harness.open();
			assert.equal(await apply(driver, textBody(create("a")), 7n), "applied");
			await expectObjects(harness, ["a"]);
			await expectVersion(driver, 7n, false);
			assert.equal(await apply(driver, textBody(comment("nothing")), 8n), "applied");
			await expectVersion(driver, 8n, false);
			assert.equal(await apply(driver, textBody(drop("a")), NIL_VERSION), "applied");
			await expectObjects(harness, []);
			await expectVersion(driver, NIL_VERSION, false);
		},
	},
	{
		id: "apply/failure-changes-nothing",
		of: "Driver.apply",
		requires: ["apply"],
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			await driver.setVersion({ version: 3n, dirty: false });
			const { cause } = await rejection("ERR_SQL", apply(driver, textBody(`${create("a")}\n${failing}`), 4n));
			assert.ok(cause instanceof Error, "the cause is the engine's own error");
			await expectObjects(harness, []);
			await expectVersion(driver, 3n, false);

			const failure = new Error("the disk is gone");
			await rejectionCausedBy(failure, apply(driver, unreadableBody(`${create("a")}\n`, failure), 4n));
			await expectObjects(harness, []);
			await expectVersion(driver, 3n, false);
		},
	},
	{
		id: "apply/declining-changes-nothing",
		of: "Driver.apply",
		requires: ["apply", "no-transaction"],
		async check(harness) {
			const { create, noTransaction } = harness.dialect;
			assert.ok(noTransaction !== undefined, 'a dialect that claims "no-transaction" has the method');
			const body = textBody(noTransaction(create("a")));
			await using driver = await harness.open();
			await driver.setVersion({ version: 3n, dirty: false });
			assert.equal(await apply(driver, body, 4n), "declined");
			await expectObjects(harness, []);
			await expectVersion(driver, 3n, false);
			await driver.run(body);
			await expectObjects(harness, ["a"]);
		},
	},
	{
		id: "apply/starts-from-the-version",
		of: "Driver.apply",
		requires: ["apply"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			await driver.setVersion({ version: 3n, dirty: false });
			for (const from of [at(2n), at(NIL_VERSION), at(3n, true)]) {
				const { details } = await rejection("ERR_VERSION_MOVED", apply(driver, textBody(create("a")), 4n, from));
				assert.deepEqual(details, { expected: from, found: at(3n) });
			}
			await expectObjects(harness, []);
			await expectVersion(driver, 3n, false);
			assert.equal(await apply(driver, textBody(create("a")), 4n, at(3n)), "applied");
			await expectVersion(driver, 4n, false);
		},
	},
	{
		id: "token/tells-what-was-committed",
		of: "Driver.lastToken",
		requires: ["last-token"],
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			await driver.lock();
			await driver.setVersion({ version: 1n, dirty: false, token: "first" });
			assert.equal(await driver.lastToken?.(), "first");
			const second = { version: 2n, dirty: false, token: "second" };
			await rejection("ERR_SQL", driver.apply?.(textBody(failing), second) ?? Promise.resolve());
			assert.equal(await driver.lastToken?.(), "first");
			await driver.apply?.(textBody(create("a")), second);
			assert.equal(await driver.lastToken?.(), "second");
		},
	},
	{
		id: "transaction/commits-all",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false });
			const result = await transaction(driver, 3n, at(1n), async ({ run }) => {
				assert.equal(await run(textBody(create("a"))), "applied");
				assert.equal(await run(textBody(create("b"))), "applied");
				return "what work returned";
			});
			assert.equal(result, "what work returned");
			await expectObjects(harness, ["a", "b"]);
			await expectVersion(driver, 3n, false);
		},
	},
	{
		id: "transaction/rolls-all-back",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			await driver.setVersion({ version: 1n, dirty: false });
			const reason = { not: "an error" };
			const rejecting = transaction(driver, 3n, at(1n), async ({ run }) => {
				await run(textBody(create("a")));
				throw reason;
			});
			await assert.rejects(rejecting, (error) => error === reason);
			await expectObjects(harness, []);
			await expectVersion(driver, 1n, false);

			const passedOver = transaction(driver, 3n, at(1n), async ({ run }) => {
				await run(textBody(create("a")));
				await run(textBody(failing)).catch(() => {});
			});
			await rejection("ERR_SQL", passedOver);
			await expectObjects(harness, []);
			await expectVersion(driver, 1n, false);
			await driver.setVersion({ version: 2n, dirty: false });
			await expectVersion(driver, 2n, false);
		},
	},
	{
		id: "transaction/starts-from-the-version",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			await using driver = await harness.open();
			await driver.setVersion({ version: 3n, dirty: false });
			const moved = transaction(driver, 4n, at(2n), ({ run }) => run(textBody(harness.dialect.create("a"))));
			await rejection("ERR_VERSION_MOVED", moved);
			await expectObjects(harness, []);
			await expectVersion(driver, 3n, false);
		},
	},
	{
		id: "transaction/has-the-driver-to-itself",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			const change = { version: 1n, dirty: false };
			let handle: DriverTransaction | undefined;
			await transaction(driver, 1n, undefined, async (own) => {
				handle = own;
				// Each would wait for the end of the transaction, which waits for it.
				await rejection("ERR_IN_TRANSACTION", driver.version());
				await rejection("ERR_IN_TRANSACTION", driver.run(textBody(create("a"))));
				await rejection("ERR_IN_TRANSACTION", driver.setVersion(change));
				await rejection("ERR_IN_TRANSACTION", driver.lock({ timeoutMs: 0 }));
				await rejection("ERR_IN_TRANSACTION", driver.transaction?.(change, async () => {}) ?? Promise.resolve());
				await own.run(textBody(create("b")));
			});
			await expectObjects(harness, ["b"]);
			await expectVersion(driver, 1n, false);
			await rejection("ERR_CLOSED", handle?.run(textBody(create("c"))) ?? Promise.resolve());
			await expectObjects(harness, ["b"]);
		},
	},
]);

function at(version: Version, dirty = false): VersionState {
	return { version, dirty };
}

/** Called only when the driver claims it. */
export async function apply(
	driver: Driver,
	body: MigrationBody,
	version: Version,
	from?: VersionState,
): Promise<string> {
	assert.ok(driver.apply !== undefined);
	return driver.apply(body, changeTo(version, from));
}

/** Called only when the driver claims it. */
export async function transaction<T>(
	driver: Driver,
	version: Version,
	from: VersionState | undefined,
	work: (transaction: DriverTransaction) => Promise<T>,
): Promise<T> {
	assert.ok(driver.transaction !== undefined);
	return driver.transaction(changeTo(version, from), work);
}

function changeTo(version: Version, from: VersionState | undefined): VersionChange {
	return { version, dirty: false, ...(from !== undefined && { from }) };
}
