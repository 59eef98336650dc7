import type { Driver } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { type DriverCapability, driverCapabilities } from "../src/driver-laws/driver-harness.ts";
import { driverLaws } from "../src/driver-laws/driver-laws.ts";
import { engineLawsOf } from "../src/engine-laws/engine-laws.ts";
import { engineLaws, type LawSet, memoryDatabase, memoryDriver, memoryHarness, sourceLaws } from "../src/index.ts";
import type { CreateHarness } from "../src/law.ts";
import { harnessOf } from "../src/memory/memory-harness.ts";
import { driverMutants } from "./driver-mutants.ts";
import { engineHistoryMutants } from "./engine-history-mutants.ts";
import { brokenEngine, engineMutants } from "./engine-mutants.ts";
import { brokenSource, sourceMutants } from "./source-mutants.ts";

const capabilities = new Set(Object.keys(driverCapabilities) as DriverCapability[]);

/** Fixed: whether a mutant is caught is not for luck to decide. */
const run = { seed: 1, numRuns: 60 };

async function verdict<H, C extends string>(
	{ laws }: LawSet<H, C>,
	id: string,
	create: CreateHarness<H>,
	claims: ReadonlySet<C>,
): Promise<string> {
	const law = laws.find((candidate) => candidate.id === id);
	if (law === undefined) return "no such law";
	return law.check(create, { ...run, capabilities: claims }).then(
		() => "kept",
		() => "broken",
	);
}

const brokenEngines = { ...engineMutants, ...engineHistoryMutants };

describe("the laws catch every broken driver", () => {
	for (const [name, mutant] of Object.entries(driverMutants)) {
		it(`${name}: ${mutant.caughtBy}`, async () => {
			const create: CreateHarness<ReturnType<typeof harnessOf>> = async () => {
				const database = memoryDatabase();
				const shared = {};
				const open = async (): Promise<Driver> => {
					const driver = memoryDriver(database) as Required<Driver>;
					return { ...driver, ...mutant.break(driver, database, shared) };
				};
				return { ...harnessOf(database), open };
			};
			expect(await verdict(driverLaws, mutant.caughtBy, create, capabilities)).toBe("broken");
		});
	}
});

describe("the laws catch every broken source", () => {
	for (const [name, mutant] of Object.entries(sourceMutants)) {
		it(`${name}: ${mutant.caughtBy}`, async () => {
			const create = async () => ({
				open: async (files: Readonly<Record<string, string>>) => brokenSource(mutant, files),
				async [Symbol.asyncDispose]() {},
			});
			expect(await verdict(sourceLaws, mutant.caughtBy, create, new Set<never>())).toBe("broken");
		});
	}
});

describe("the laws catch every broken engine", () => {
	for (const [name, mutant] of Object.entries(brokenEngines)) {
		it(`${name}: ${mutant.caughtBy}`, async () => {
			const laws = engineLawsOf((options) => brokenEngine(mutant, options));
			expect(await verdict(laws, mutant.caughtBy, memoryHarness, capabilities)).toBe("broken");
		});
	}
});

describe("laws and mutants", () => {
	for (const [name, { laws }, mutants] of [
		["driver", driverLaws, driverMutants],
		["source", sourceLaws, sourceMutants],
		["engine", engineLaws, brokenEngines],
	] as const) {
		it(`every ${name} law has a mutant, and every mutant a law`, () => {
			const caught = new Set(Object.values(mutants).map(({ caughtBy }) => caughtBy));
			expect([...caught].sort()).toEqual(laws.map(({ id }) => id).sort());
		});
	}
});
