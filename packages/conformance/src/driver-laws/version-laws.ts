import assert from "node:assert/strict";
import { NIL_VERSION, textBody, type VersionState } from "@godwit/core";
import fc from "fast-check";
import { anyVersion } from "../any-version.ts";
import { expectVersion } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

const anyState: fc.Arbitrary<VersionState> = fc.record({
	version: fc.oneof({ weight: 4, arbitrary: anyVersion }, fc.constant(NIL_VERSION)),
	dirty: fc.boolean(),
});

/** What `version` and `setVersion` promise. */
export const versionLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>([
	{
		id: "version/nil-at-first",
		of: "Driver.version",
		async check(harness) {
			await using driver = await harness.open();
			await expectVersion(driver, NIL_VERSION, false);
		},
	},
	{
		id: "version/last-write-wins",
		of: "Driver.setVersion",
		async check(harness, { seed, numRuns }) {
			await using driver = await harness.open();
			const keeps = fc.asyncProperty(fc.array(anyState, { minLength: 1, maxLength: 3 }), async (states) => {
				for (const { version, dirty } of states) {
					await driver.setVersion({ version, dirty });
					await expectVersion(driver, version, dirty);
				}
			});
			await fc.assert(keeps, { seed, numRuns });
		},
	},
	{
		id: "version/minus-one-may-be-dirty",
		of: "Driver.setVersion",
		async check(harness) {
			await using driver = await harness.open();
			await driver.setVersion({ version: NIL_VERSION, dirty: true });
			await expectVersion(driver, NIL_VERSION, true);
			await driver.setVersion({ version: NIL_VERSION, dirty: false });
			await expectVersion(driver, NIL_VERSION, false);
		},
	},
	{
		id: "version/survives-reopen",
		of: "Driver.setVersion",
		requires: ["persistent"],
		async check(harness) {
			for (const [version, dirty] of [
				[3n, true],
				[4n, false],
				[NIL_VERSION, true],
				[NIL_VERSION, false],
			] as const) {
				await using before = await harness.open();
				await before.setVersion({ version, dirty });
				await before.close();
				await using after = await harness.open();
				await expectVersion(after, version, dirty);
			}
		},
	},
	{
		id: "version/read-each-time",
		of: "Driver.version",
		requires: ["persistent"],
		async check(harness) {
			await using writer = await harness.open();
			await using reader = await harness.open();
			await expectVersion(reader, NIL_VERSION, false);
			await writer.setVersion({ version: 1n, dirty: true });
			await expectVersion(reader, 1n, true);
			await writer.setVersion({ version: 2n, dirty: false });
			await expectVersion(reader, 2n, false);
		},
	},
	{
		id: "version/writes-nothing",
		of: "Driver.version",
		requires: ["fingerprint"],
		async check(harness) {
			const fingerprint = async (): Promise<string | undefined> => harness.fingerprint?.();
			const untouched = await fingerprint();
			assert.ok(untouched !== undefined, 'a harness that claims "fingerprint" has the method');
			{
				await using fresh = await harness.open();
				await fresh.version();
			}
			assert.equal(await fingerprint(), untouched, "open, version and close wrote to a new database");

			await using driver = await harness.open();
			await driver.run(textBody(harness.dialect.create("a")));
			await driver.setVersion({ version: 1n, dirty: false });
			const used = await fingerprint();
			assert.notEqual(used, untouched, "the fingerprint did not change when something was written");
			await driver.version();
			assert.equal(await fingerprint(), used, "version wrote to a used database");
		},
	},
	{
		id: "open/concurrent-first-open",
		of: "Driver",
		requires: ["persistent"],
		async check(harness) {
			const drivers = await Promise.all([1n, 2n, 3n, 4n].map(() => harness.open()));
			try {
				await Promise.all(
					drivers.map((driver, index) => driver.setVersion({ version: BigInt(index), dirty: index % 2 === 0 })),
				);
				const [first, ...others] = await Promise.all(drivers.map((driver) => driver.version()));
				for (const other of others) assert.deepEqual(other, first);
				assert.ok(
					first !== undefined && first.dirty === (first.version % 2n === 0n),
					"one of the writes won as a whole",
				);
			} finally {
				for (const driver of drivers) await driver.close();
			}
		},
	},
]);
