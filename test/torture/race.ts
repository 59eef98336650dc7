import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bundledProgram } from "../bundled-program.ts";
import { assertAftermath, assertEnd } from "./aftermath.ts";
import type { Finish, RaceTask } from "./race-child.ts";
import { type Seeded, seeded } from "./seeded.ts";
import { SETS } from "./steps.ts";
import { createTestFolder } from "./test-folder.ts";
import { BACKEND_NAMES, type BackendName, type TortureCase, theOther } from "./torture-case.ts";
import { wayOf } from "./way.ts";

export type RaceBackends = BackendName | "mixed" | "all three";
export const RACE_BACKENDS: readonly RaceBackends[] = [...BACKEND_NAMES, "mixed", "all three"];

/** The backends of the processes of a race, in turn. */
function entrantsOf(backends: RaceBackends): readonly BackendName[] {
	if (backends === "mixed") return BACKEND_NAMES;
	return backends === "all three" ? [...BACKEND_NAMES, "sqlite-node"] : [backends];
}

export interface RaceOptions {
	readonly backends: RaceBackends;
	readonly processes: number;
	readonly rounds: number;
	readonly seed: number;
	/** How many processes of a round are killed somewhere in it. */
	readonly killed: number;
}

export interface RaceResult {
	readonly rounds: number;
	readonly kills: number;
}

/** The first winner is done long before; killing later would hit nobody who works. */
const KILL_WITHIN_MS = 60;

const WAY = wayOf(SETS.full, "up");
const RACER = fileURLToPath(new URL("./race-child.ts", import.meta.url));

/**
 * Lets many processes migrate one new file at once, round after round: each migration runs once, and every process that
 * is not killed arrives or says who was in its way.
 */
export async function race({ backends, processes, rounds, seed, killed }: RaceOptions): Promise<RaceResult> {
	const random = seeded(seed);
	await using racers = new AsyncDisposableStack();
	const racer = await bundledProgram(RACER);
	const pool: ChildProcess[] = [];
	racers.defer(() => Promise.all(pool.map(end)).then(() => {}));
	for (let round = 0; round < rounds; round++) {
		// Who was killed in the last round is replaced.
		while (pool.length < processes) pool.push(fork(racer, { execArgv: ["--liftoff-only"] }));
		await Promise.all(pool.map(ready));
		const gone = await runRound(pool, backends, chooseToKill(pool, killed, random), random).catch((cause: Error) => {
			throw new Error(`${backends}, round ${round} of seed ${seed}: ${cause.message}`, { cause });
		});
		for (const racer of gone) pool.splice(pool.indexOf(racer), 1);
	}
	return { rounds, kills: rounds * killed };
}

async function runRound(
	pool: readonly ChildProcess[],
	backends: RaceBackends,
	toKill: ReadonlySet<ChildProcess>,
	random: Seeded,
): Promise<ReadonlySet<ChildProcess>> {
	using testFolder = createTestFolder();
	const entrants = entrantsOf(backends);
	const finishes = pool.map(async (racer, index): Promise<Finish | undefined> => {
		const backend = entrants[index % entrants.length] ?? "sqlite-native";
		const { signal, abort } = listening();
		const finished = Promise.race([once(racer, "message", { signal }), once(racer, "exit", { signal })]).finally(abort);
		racer.send({ backend, path: testFolder.path } satisfies RaceTask);
		if (!toKill.has(racer)) return ((await finished) as [Finish])[0];
		const exited = racer.exitCode ?? racer.signalCode ?? once(racer, "exit");
		setTimeout(() => racer.kill("SIGKILL"), random.below(KILL_WITHIN_MS));
		await exited;
		return undefined;
	});
	for (const finish of await Promise.all(finishes)) {
		if (finish !== undefined) assertArrivedOrKeptOut(finish);
	}
	const [only] = entrants;
	const first = entrants.length > 1 || only === undefined ? random.pick(entrants) : theOther(only);
	if (toKill.size > 0) await assertAftermath(testFolder, CASE, WAY, first);
	else await assertEnd(testFolder, CASE, WAY, first);
	return toKill;
}

const CASE: TortureCase = {
	set: "full",
	backend: "sqlite-native",
	transaction: "atomic",
	journal: "rollback",
	direction: "up",
};

function assertArrivedOrKeptOut({ to, code, message }: Finish): void {
	if (to !== undefined) {
		assert.equal(to, String(WAY.end));
		return;
	}
	assert.match(String(code), /^ERR_(LOCK_TIMEOUT|LOCKED|BUSY)$/, message);
	assert.match(String(message), /held by process \d+ on host|in use by process \d+/);
}

function chooseToKill(pool: readonly ChildProcess[], count: number, random: Seeded): ReadonlySet<ChildProcess> {
	const chosen = new Set<ChildProcess>();
	while (chosen.size < count) chosen.add(random.pick(pool));
	return chosen;
}

/** A racer runs in many rounds, and what was listened to in one must not be in the next. */
function listening(): { readonly signal: AbortSignal; abort(): void } {
	const controller = new AbortController();
	return { signal: controller.signal, abort: () => controller.abort() };
}

const waiting = new WeakSet<ChildProcess>();

/** Waits for a new racer's first message. */
async function ready(racer: ChildProcess): Promise<void> {
	if (waiting.has(racer)) return;
	waiting.add(racer);
	await once(racer, "message");
}

async function end(racer: ChildProcess): Promise<void> {
	if (racer.exitCode !== null || racer.signalCode !== null) return;
	const exited = once(racer, "exit");
	racer.kill("SIGKILL");
	await exited;
}
