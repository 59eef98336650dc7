import assert from "node:assert/strict";
import { type Driver, type MigrationBody, NIL_VERSION, textBody, type Version } from "@godwit/core";
import { expectObjects, expectVersion, rejection, rejectionCausedBy } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { unreadableBody } from "./body-laws.ts";
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
			const { apply, transaction } = driver;
			const has = { apply: apply !== undefined, transaction: transaction !== undefined };
			// A driver that has a method and does not claim it would not be asked the method's laws.
			assert.deepEqual(has, { apply: capabilities.has("apply"), transaction: capabilities.has("transaction") });
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
			await driver.setVersion(3n, false);
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
			await driver.setVersion(3n, false);
			assert.equal(await apply(driver, body, 4n), "declined");
			await expectObjects(harness, []);
			await expectVersion(driver, 3n, false);
			await driver.run(body);
			await expectObjects(harness, ["a"]);
		},
	},
	{
		id: "transaction/commits-all",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			const result = await transaction(driver, async () => {
				await driver.run(textBody(create("a")));
				await driver.setVersion(1n, true);
				await driver.apply?.(textBody(create("b")), 2n);
				await driver.setVersion(3n, false);
				await expectVersion(driver, 3n, false);
				return "what work returned";
			});
			assert.equal(result, "what work returned");
			await expectObjects(harness, driver.apply === undefined ? ["a"] : ["a", "b"]);
			await expectVersion(driver, 3n, false);
		},
	},
	{
		id: "transaction/rolls-all-back",
		of: "Driver.transaction",
		requires: ["transaction"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			await driver.setVersion(1n, false);
			const reason = { not: "an error" };
			const work = async (): Promise<void> => {
				await driver.run(textBody(create("a")));
				await driver.apply?.(textBody(create("b")), 2n);
				await driver.setVersion(3n, true);
				throw reason;
			};
			await assert.rejects(transaction(driver, work), (error) => error === reason);
			await expectObjects(harness, []);
			await expectVersion(driver, 1n, false);
			await driver.setVersion(2n, false);
			await expectVersion(driver, 2n, false);
		},
	},
]);

/** Called only when the driver claims it. */
async function apply(driver: Driver, body: MigrationBody, version: Version): Promise<string> {
	assert.ok(driver.apply !== undefined);
	return driver.apply(body, version);
}

async function transaction<T>(driver: Driver, work: () => Promise<T>): Promise<T> {
	assert.ok(driver.transaction !== undefined);
	return driver.transaction(work);
}
