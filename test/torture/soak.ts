import assert from "node:assert/strict";
import { assertAftermath, assertEnd } from "./aftermath.ts";
import { createScene } from "./scene.ts";
import { type Seeded, seeded } from "./seeded.ts";
import { SETS } from "./steps.ts";
import { FALLIBLE_CALLS, FAULTS, type Harm, harmName, runChild, WRITING_CALLS } from "./strace.ts";
import { BACKEND_NAMES, caseName, createDatabase, type TortureCase } from "./torture-case.ts";
import { wayOf } from "./way.ts";

export interface SoakResult {
	readonly lives: number;
	readonly harms: number;
}

/** Further than most runs come. */
const LAST_CALL = 150;
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
	using scene = createScene();
	createDatabase(scene.path, journal);
	const story: string[] = [];
	try {
		let which: TortureCase = { set: "full", backend: "sqlite-native", transaction: "atomic", journal, direction };
		if (direction === "down") assert.equal((await runChild({ ...which, direction: "up" }, scene.path)).exitCode, 0);
		for (let count = 0; count < HARMS_IN_A_LIFE; count++) {
			const harm = randomHarm(random);
			which = { ...which, backend: random.pick(BACKEND_NAMES) };
			story.push(`${caseName(which)}, ${harmName(harm)}`);
			const { killed, exitCode, code, stack } = await runChild(which, scene.path, { harm });
			assert.ok(killed || exitCode === 0 || code !== undefined, stack);
		}
		const way = wayOf(SETS.full, direction);
		const backend = random.pick(BACKEND_NAMES);
		await assertAftermath(scene, which, way, backend);
		await assertEnd(scene, which, way, backend);
		return HARMS_IN_A_LIFE;
	} catch (cause) {
		throw new Error(`${name}: ${story.join("; then ")}: ${(cause as Error).message}`, { cause });
	}
}

function randomHarm(random: Seeded): Harm {
	const when = 1 + random.below(random.pick([5, 20, LAST_CALL]));
	if (random.below(3) > 0) return { call: random.pick(WRITING_CALLS), when, what: "kill" };
	return { call: random.pick(FALLIBLE_CALLS), when, what: random.pick(FAULTS) };
}
