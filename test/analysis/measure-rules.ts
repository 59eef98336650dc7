import { check, type MigrationFiles, memorySource } from "@godwit/core";
import fc from "fast-check";
import type { Backend } from "../sqlite/backends.ts";
import { CHANGES, type Change } from "./changes.ts";

/** How often a rule had something to find in the generated migrations, and what it found. */
export interface RuleRate {
	faults: number;
	found: number;
	/** Found where nothing is wrong. */
	falseAlarms: number;
}

/** A set of migrations: first what the changes begin with, then each change in a version of its own. */
function filesOf(changes: readonly Change[]): MigrationFiles {
	const table = (index: number): string => `t${index}`;
	return Object.fromEntries([
		["1_base.up.sql", `SELECT 1; ${changes.map((change, index) => change.base(table(index))).join("\n")}`],
		...changes.flatMap((change, index) => [
			[`${index + 2}_change.up.sql`, change.up(table(index))],
			[`${index + 2}_change.down.sql`, change.down(table(index)) || "SELECT 1;"],
		]),
	]);
}

/** Changes in any number and order; those after which others cannot be tried come last. */
const anyChanges = fc
	.shuffledSubarray([...CHANGES], { minLength: 3 })
	.map((changes) => changes.toSorted((a, b) => (a.last ?? 0) - (b.last ?? 0)));

/** Checks generated sets of migrations, and compares the errors and warnings with the faults that are in them. */
export async function measureRules(
	backend: Backend,
	seed: number,
	sets: number,
): Promise<{
	readonly rates: ReadonlyMap<string, RuleRate>;
	readonly changes: number;
	readonly faults: readonly string[];
}> {
	const rates = new Map<string, RuleRate>();
	const rateOf = (rule: string): RuleRate => {
		const rate = rates.get(rule) ?? { faults: 0, found: 0, falseAlarms: 0 };
		rates.set(rule, rate);
		return rate;
	};
	const faults: string[] = [];
	let count = 0;
	for (const changes of fc.sample(anyChanges, { seed, numRuns: sets })) {
		count += changes.length;
		await using driver = await backend.factory.open(`${backend.name}://:memory:`);
		const report = await check(memorySource(filesOf(changes)), driver);
		for (const [index, { name, finds }] of changes.entries()) {
			const found = new Set(
				report.findings
					.filter(({ level, location }) => level !== "note" && location?.startsWith(`${index + 2}_`))
					.map(({ rule }) => rule),
			);
			if (finds !== undefined) {
				rateOf(finds).faults++;
				if (found.delete(finds)) rateOf(finds).found++;
				else faults.push(`${name}: ${finds} is missed`);
			}
			for (const rule of found) {
				rateOf(rule).falseAlarms++;
				faults.push(`${name}: ${rule} is a false alarm`);
			}
		}
	}
	return { rates, changes: count, faults };
}
