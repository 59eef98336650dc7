import assert from "node:assert/strict";
import { type Driver, textBody, type Version } from "@godwit/core";
import type { CreateHarness, Law } from "../../law.ts";
import type { Dialect, DriverCapability, DriverHarness } from "../driver-harness.ts";
import { apply, transaction } from "../transaction-laws.ts";

/**
 * What is promised of bodies that would end the transaction around them.
 *
 * Refusing such a body is best, and a driver need not: what it says afterwards has to be what is there.
 */
export const transactionControlLaws: readonly Law<DriverHarness, DriverCapability>[] = [
	{
		id: "run/body-cannot-commit-a-part",
		of: "Driver.run",
		requires: ["atomic-run", "transaction-control"],
		async check(create) {
			await forEachBody(create, async (harness, body) => {
				await using driver = await harness.open();
				await driver.setVersion({ version: 3n, dirty: false });
				const done = await isDone(driver.run(textBody(body.text)));
				await expectAllOrNothing(harness, driver, { body, done, before: 3n, after: 3n });
			});
		},
	},
	{
		id: "apply/body-cannot-commit-a-part",
		of: "Driver.apply",
		requires: ["apply", "transaction-control"],
		async check(create) {
			await forEachBody(create, async (harness, body) => {
				await using driver = await harness.open();
				await driver.setVersion({ version: 3n, dirty: false });
				const done = await isDone(apply(driver, textBody(body.text), 4n));
				await expectAllOrNothing(harness, driver, { body, done, before: 3n, after: 4n });
			});
		},
	},
	{
		id: "transaction/body-cannot-commit-a-part",
		of: "Driver.transaction",
		requires: ["transaction", "transaction-control"],
		async check(create) {
			await forEachBody(create, async (harness, body) => {
				await using driver = await harness.open();
				await driver.setVersion({ version: 3n, dirty: false });
				const outcome = transaction(driver, 4n, undefined, async ({ run }) => {
					if ((await run(textBody(body.text))) === "declined") throw new Error("declined");
				});
				const done = await isDone(outcome);
				await expectAllOrNothing(harness, driver, { body, done, before: 3n, after: 4n });
			});
		},
	},
];

/** A body with the end of a transaction in it. */
export interface BodyWithEnd {
	readonly text: string;
	/** What exists when all of it was done, in alphabetical order; `undefined` when a statement of it fails in any case. */
	readonly names: readonly string[] | undefined;
}

/** Checks each body on a database of its own. */
export async function forEachBody(
	create: CreateHarness<DriverHarness>,
	check: (harness: DriverHarness, body: BodyWithEnd) => Promise<void>,
): Promise<void> {
	const bodies = await bodiesWithEnds(create);
	assert.ok(bodies.length > 0, 'a dialect that claims "transaction-control" has endTransaction, and a text in it');
	for (const body of bodies) {
		await using harness = await create();
		await check(harness, body);
	}
}

async function bodiesWithEnds(create: CreateHarness<DriverHarness>): Promise<readonly BodyWithEnd[]> {
	await using harness = await create();
	const { dialect } = harness;
	return (dialect.endTransaction ?? []).flatMap((end) => bodiesWith(dialect, end));
}

function bodiesWith({ create, failing }: Dialect, end: string): readonly BodyWithEnd[] {
	const body = (lines: readonly string[], names?: readonly string[]): BodyWithEnd => ({
		text: lines.join("\n"),
		names,
	});
	return [
		body([create("a"), end, create("b"), failing]),
		body([end, create("a"), failing]),
		body([create("a"), end, create("b")], ["a", "b"]),
		body([create("a"), create("b"), end], ["a", "b"]),
	];
}

/** Returns whether the driver says that it did the body. One that declines says that it did nothing. */
async function isDone(outcome: Promise<unknown>): Promise<boolean> {
	return outcome.then(
		(value) => value !== "declined",
		() => false,
	);
}

interface Told {
	readonly body: BodyWithEnd;
	readonly done: boolean;
	readonly before: Version;
	readonly after: Version;
}

/** Expects that what is there is what the driver said. */
async function expectAllOrNothing(harness: DriverHarness, driver: Driver, told: Told): Promise<void> {
	const { body, done, before, after } = told;
	const shown = JSON.stringify(body.text);
	assert.ok(!done || body.names !== undefined, `${shown} holds a statement that fails, and is said to be done`);
	const { version, dirty } = await driver.version();
	const found = { names: [...(await harness.objects())].sort(), version, dirty };
	const expected = done
		? { names: body.names, version: after, dirty: false }
		: { names: [], version: before, dirty: false };
	assert.deepEqual(found, expected, `what is there after ${shown}, which is said to be ${done ? "done" : "undone"}`);
}
