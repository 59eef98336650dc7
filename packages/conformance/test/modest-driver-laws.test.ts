import { type Driver, defineDriver, textBody } from "@godwit/core";
import { describe, expect, it } from "vitest";
import {
	type DriverHarness,
	driverLaws,
	engineLaws,
	memoryDatabase,
	memoryDriver,
	type RunOptions,
	runLaws,
} from "../src/index.ts";
import { harnessOf } from "../src/memory/memory-harness.ts";

/** A driver that can do nothing but what every driver has to, and one that may be open once. */
async function modestHarness(): Promise<DriverHarness & AsyncDisposable> {
	const database = memoryDatabase();
	const { dialect, objects } = harnessOf(database);
	let open = false;
	return {
		async open(): Promise<Driver> {
			expect(open, "a law that needs no second instance opens one at a time").toBe(false);
			open = true;
			const driver = memoryDriver(database);
			const framed = defineDriver({ name: "a modest database" }, () => ({
				tryLock: async () => undefined,
				releaseLock: async () => {},
				version: () => driver.version(),
				setVersion: (change) => driver.setVersion(change),
				async run(body) {
					for (const line of (await body.text()).split("\n")) await driver.run(textBody(line));
				},
				drop: () => driver.drop(),
				async close() {
					open = false;
					await driver.close();
				},
			}));
			const lock = async (): Promise<void> => {
				await framed.version();
			};
			return { ...framed, lock, unlock: lock };
		},
		dialect: { create: dialect.create, drop: dialect.drop, failing: dialect.failing, comment: dialect.comment },
		objects,
		async [Symbol.asyncDispose]() {},
	};
}

const run = { seed: Number(process.env.GODWIT_SEED ?? 1) };

runLaws(driverLaws, { describe, it, name: "a modest driver", create: modestHarness, run });
runLaws(engineLaws, { describe, it, name: "Migrate on a modest driver", create: modestHarness, run });

describe("a modest driver", () => {
	it("would break the laws that it is not asked", async () => {
		const options: RunOptions<never> = { ...run, numRuns: 30, capabilities: new Set() };
		for (const id of ["lock/not-twice", "run/all-or-nothing"]) {
			const law = driverLaws.laws.find((candidate) => candidate.id === id);
			await expect(law?.check(modestHarness, options)).rejects.toThrow();
		}
	});
});
