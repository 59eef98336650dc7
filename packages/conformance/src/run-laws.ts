import { nearestName } from "@godwit/core";
import type { CreateHarness, LawSet } from "./law.ts";

const DEFAULT_RUNS = 30;

/** A law that is left out although the implementation claims what it needs. */
export interface Skip {
	readonly id: string;
	/** Why; shown in the suite's title. */
	readonly reason: string;
}

export interface SuiteOptions<Harness, Capability extends string> {
	/** The runner's own: node:test, Vitest, Jest, Mocha. */
	readonly describe: (title: string, body: () => void) => unknown;
	/** The runner's own; wrap it to give the laws more time than the runner does. */
	readonly it: (title: string, body: () => Promise<void>) => unknown;
	/** What is tested, for the title. */
	readonly name: string;
	/** Called at least once for each law, several times for some; everything it makes is disposed. */
	readonly create: CreateHarness<Harness>;
	/** What the implementation claims. Default: nothing. */
	readonly capabilities?: readonly Capability[];
	readonly skip?: readonly Skip[];
	readonly run?: {
		/** Default: another one each time. The title shows it. */
		readonly seed?: number | undefined;
		/** How many random cases each property checks. Default 30. */
		readonly numRuns?: number | undefined;
	};
}

/**
 * Registers one test for each law with the caller's runner. The title names the seed, what is not claimed and what is
 * skipped.
 *
 * @throws TypeError For a capability or a skipped law that does not exist.
 */
export function runLaws<Harness, Capability extends string>(
	{ laws, capabilities: known }: LawSet<Harness, Capability>,
	{ describe, it, name, create, capabilities = [], skip = [], run = {} }: SuiteOptions<Harness, Capability>,
): void {
	const ids = laws.map(({ id }) => id);
	const knownNames = Object.keys(known) as Capability[];
	for (const capability of capabilities) assertKnown("capability", capability, knownNames);
	for (const { id } of skip) assertKnown("law to skip", id, ids);

	const claims = new Set(capabilities);
	const { seed = Math.floor(Math.random() * 2 ** 31), numRuns = DEFAULT_RUNS } = run;
	const remarks = [`seed ${seed}`];
	const unclaimed = knownNames.filter((capability) => !claims.has(capability));
	if (unclaimed.length > 0) remarks.push(`not claimed: ${unclaimed.join(", ")}`);
	for (const { id, reason } of skip) remarks.push(`skipped: ${id}, ${reason}`);

	const skipped = new Set(skip.map(({ id }) => id));
	describe(`${name} (${remarks.join("; ")})`, () => {
		for (const law of laws) {
			if (skipped.has(law.id) || law.requires?.some((needed) => !claims.has(needed))) continue;
			it(`${law.id} (${law.of})`, () => law.check(create, { seed, numRuns, capabilities: claims }));
		}
	});
}

function assertKnown(what: string, name: string, known: readonly string[]): void {
	if (known.includes(name)) return;
	const nearest = nearestName(name, known);
	const hint = nearest === undefined ? `; known are ${known.join(", ")}` : `; did you mean "${nearest}"?`;
	throw new TypeError(`there is no ${what} named "${name}"${hint}`);
}
