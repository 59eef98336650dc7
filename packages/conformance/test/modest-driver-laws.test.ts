import { type Driver, defineDriver, isMigrateError, MigrateError, textBody } from "@godwit/core";
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
					for (const line of (await body.text()).split("\n")) await driver.run(textBody(line)).catch(withoutPlace);
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

/** Of a line alone it would be that in the line. */
function withoutPlace(error: unknown): never {
	if (!isMigrateError(error, "ERR_SQL")) throw error;
	throw new MigrateError("ERR_SQL", error.message, { sql: error.details.sql }, { cause: error.cause });
}

const run = { seed: Number(process.env.GODWIT_SEED ?? 1) };

runLaws(driverLaws, { describe, it, name: "a modest driver", create: modestHarness, run });
runLaws(engineLaws, { describe, it, name: "Migrate on a modest driver", create: modestHarness, run });

/** A driver that knows the lines of failing statements, and no columns. */
async function linesHarness(tell: (line: number) => number): Promise<DriverHarness & AsyncDisposable> {
	const harness = harnessOf(memoryDatabase());
	return {
		...harness,
		async open() {
			const driver = await harness.open();
			return {
				...driver,
				run: (body) =>
					driver.run(body).catch((error: unknown) => {
						if (!isMigrateError(error, "ERR_SQL")) throw error;
						const { sql, line = 0 } = error.details;
						throw new MigrateError("ERR_SQL", error.message, { sql, line: tell(line) }, { cause: error.cause });
					}),
			};
		},
	};
}

describe("a driver that does not claim places", () => {
	const law = driverLaws.laws.find(({ id }) => id === "places/of-a-failing-statement");
	const check = (tell: (line: number) => number): Promise<void> | undefined =>
		law?.check(() => linesHarness(tell), { ...run, numRuns: 30, capabilities: new Set() });

	it("may tell the line alone", async () => {
		await expect(check((line) => line)).resolves.toBeUndefined();
	});

	it("may not tell a wrong one", async () => {
		await expect(check(() => 1)).rejects.toThrow();
		await expect(check((line) => line - 1)).rejects.toThrow();
	});
});

describe("a modest driver", () => {
	it.each([
		["version/failed-read-is-an-error", "has spoilVersion"],
		["engine/unreadable-version-runs-nothing", "has spoilVersion"],
		["unlock/failure-is-told-and-made-good", "has blockUnlock"],
		["engine/failed-unlock-keeps-the-report", "has blockUnlock"],
		["run/body-cannot-commit-a-part", "has endTransaction"],
		["engine/not-dirty-means-nothing-is-left", "has endTransaction"],
	])("is told by %s what its harness lacks", async (id, message) => {
		const law = [...driverLaws.laws, ...engineLaws.laws].find((candidate) => candidate.id === id);
		await expect(law?.check(modestHarness, { ...run, numRuns: 1, capabilities: new Set() })).rejects.toThrow(message);
	});

	it("would break the laws that it is not asked", async () => {
		const options: RunOptions<never> = { ...run, numRuns: 30, capabilities: new Set() };
		for (const id of ["lock/not-twice", "run/all-or-nothing"]) {
			const law = driverLaws.laws.find((candidate) => candidate.id === id);
			await expect(law?.check(modestHarness, options)).rejects.toThrow();
		}
	});
});
