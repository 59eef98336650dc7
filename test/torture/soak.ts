import assert from "node:assert/strict";
import { assertAftermath, assertEnd } from "./aftermath.ts";
import { type Seeded, seeded } from "./seeded.ts";
import { SETS } from "./steps.ts";
import {
	type Call,
	FALLIBLE_CALLS,
	FAULTS,
	type Harm,
	harmName,
	runChild,
	traceCalls,
	WRITING_CALLS,
} from "./strace.ts";
import { createTestFolder, type TestFolder } from "./test-folder.ts";
import { ALL_BACKENDS, caseName, createDatabase, type TortureCase } from "./torture-case.ts";
import { wayOf } from "./way.ts";

export interface SoakResult {
	readonly lives: number;
	readonly harms: number;
}

/** At most; a run that has nothing to do comes to no harm. */
const HARMS_IN_A_LIFE = 4;

/**
 * Lives of one database each: harmed run after harmed run, by whichever backend, on what the one before has left, the
 * recovery included; then everything has to be well.
 *
 * @param goesOn Asked before each life, with the number of lives so far.
 */
export async function soak(seed: number, goesOn: (lives: number) => boolean): Promise<SoakResult> {
	let lives = 0;
	let harms = 0;
	for (; goesOn(lives); lives++) harms += await live(seeded(seed * 1_000_003 + lives), `life ${lives} of seed ${seed}`);
	return { lives, harms };
}

async function live(random: Seeded, name: string): Promise<number> {
	const journal = random.pick(["rollback", "wal"] as const);
	const direction = random.pick(["up", "down"] as const);
	using testFolder = createTestFolder();
	createDatabase(testFolder.path, journal);
	const story: string[] = [];
	let count = 0;
	try {
		let which: TortureCase = { set: "full", backend: "sqlite-native", transaction: "atomic", journal, direction };
		if (direction === "down")
			assert.equal((await runChild({ ...which, direction: "up" }, testFolder.path)).exitCode, 0);
		for (let harm = 0; harm < HARMS_IN_A_LIFE; harm++) {
			which = { ...which, backend: random.pick(ALL_BACKENDS) };
			const harm = await randomHarm(random, which, testFolder);
			if (harm === undefined) continue;
			story.push(`${caseName(which)}, ${harmName(harm)}`);
			count++;
			const { killed, exitCode, code, stack } = await runChild(which, testFolder.path, { harm });
			assert.ok(killed || exitCode === 0 || code !== undefined, stack);
		}
		const way = wayOf(SETS.full, direction);
		const backend = random.pick(ALL_BACKENDS);
		await assertAftermath(testFolder, which, way, backend);
		await assertEnd(testFolder, which, way, backend);
		return count;
	} catch (cause) {
		throw new Error(`${name}: ${story.join("; then ")}: ${(cause as Error).message}`, { cause });
	}
}

/** One of the calls that the run would make on what there is. */
async function randomHarm(random: Seeded, which: TortureCase, testFolder: TestFolder): Promise<Harm | undefined> {
	using copy = testFolder.copy();
	const calls = await traceCalls(which, copy.path);
	const kills = random.below(3) > 0;
	const kinds: readonly Call[] = kills ? WRITING_CALLS : FALLIBLE_CALLS;
	const choices = calls.filter(({ call }) => kinds.includes(call));
	if (choices.length === 0) return undefined;
	const { call, when } = random.pick(choices);
	return { call, when, what: kills ? "kill" : random.pick(FAULTS) };
}
