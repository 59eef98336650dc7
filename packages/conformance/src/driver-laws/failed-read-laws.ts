import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isMigrateError, textBody } from "@godwit/core";
import type { CreateHarness, Law } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** What is promised where there is a version that cannot be read. */
export const failedReadLaws: readonly Law<DriverHarness, DriverCapability>[] = [
	{
		id: "version/failed-read-is-an-error",
		of: "Driver.version",
		requires: ["unreadable-version"],
		async check(create, { capabilities }) {
			await forEachSpoiling(create, async (harness, way, spoil) => {
				await using driver = await harness.open();
				await driver.setVersion({ version: 5n, dirty: false });
				await spoil();
				await expectFailure(driver.version(), way);
				if (!capabilities.has("persistent")) return;
				await expectFailure(versionOfAnother(harness), `${way}, opened again`);
			});
		},
	},
	{
		id: "apply/starts-from-a-version-that-can-be-read",
		of: "Driver.apply",
		requires: ["unreadable-version", "apply"],
		async check(create, { capabilities }) {
			await forEachSpoiling(create, async (harness, way, spoil) => {
				await using driver = await harness.open();
				await driver.setVersion({ version: 5n, dirty: false });
				await spoil();
				const change = { version: 6n, dirty: false, from: { version: 5n, dirty: false }, last: false };
				const body = textBody(harness.dialect.create("a"));
				// The lock may tell already.
				if (capabilities.has("lock") && !(await isDone(driver.lock()))) return;
				await expectFailure(driver.apply?.(body, change) ?? Promise.resolve(), way);
			});
		},
	},
];

/** Checks each way to spoil a version, on a database of its own. */
export async function forEachSpoiling(
	create: CreateHarness<DriverHarness>,
	check: (harness: DriverHarness, way: string, spoil: () => Promise<void>) => Promise<void>,
): Promise<void> {
	const ways = await namesOfWays(create);
	assert.ok(ways.length > 0, 'a harness that claims "unreadable-version" has spoilVersion, and a way in it');
	for (const way of ways) {
		await using harness = await create();
		const spoil = harness.spoilVersion?.[way];
		assert.ok(spoil !== undefined, `every harness has the way "${way}"`);
		await check(harness, way, spoil);
	}
}

async function namesOfWays(create: CreateHarness<DriverHarness>): Promise<readonly string[]> {
	await using harness = await create();
	return Object.keys(harness.spoilVersion ?? {});
}

/** To open may already tell. */
async function versionOfAnother(harness: DriverHarness): Promise<unknown> {
	await using another = await harness.open();
	return await another.version();
}

async function isDone(call: Promise<void>): Promise<boolean> {
	return call.then(
		() => true,
		() => false,
	);
}

async function expectFailure(call: Promise<unknown>, way: string): Promise<void> {
	const result = await call.then(
		(value) => ({ value }),
		(error: unknown) => ({ error }),
	);
	if ("value" in result) assert.fail(`${way}: nothing failed, and the result is ${inspect(result.value)}`);
	const { error } = result;
	if (isMigrateError(error)) return;
	assert.fail(new Error(`${way}: expected a MigrateError, not ${String(error)}`, { cause: error }));
}
