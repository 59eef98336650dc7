import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import { createRequire } from "node:module";
import { assertAftermath, assertSound, stateAt } from "./aftermath.ts";
import { rehearseRecovery } from "./crash-rehearsal.ts";
import { type Rehearsal, rehearse } from "./harmed-run.ts";
import type { Survival } from "./points.ts";
import { runTwo } from "./run-two.ts";
import { type Harm, harmName, runChild, type TracedCall, traceCalls } from "./strace.ts";
import type { TestFolder } from "./test-folder.ts";
import { type BackendName, backendOf, openNatively, type TortureCase, urlOf } from "./torture-case.ts";

const { Database: WasmDatabase } = createRequire(import.meta.url)(
	"node-sqlite3-wasm",
) as typeof import("node-sqlite3-wasm");

/** The system calls by which a lock is entered and left. */
const LOCK_CALLS: ReadonlySet<string> = new Set(["symlink", "rename", "unlink", "readlink"]);

/** Who comes first after the kill. */
export const FOLLOWERS = [
	"sqlite-native",
	"sqlite-wasm",
	"node-sqlite",
	"an application on better-sqlite3",
	"an application on node-sqlite3-wasm",
	"godwit unlock",
] as const;
export type Follower = (typeof FOLLOWERS)[number];

/** A run that finds a free lock, and one that takes over what a killed process has left. */
export async function rehearseLock(backend: BackendName, from: "free" | "dead"): Promise<Rehearsal> {
	const which: TortureCase = { set: "small", backend, transaction: "atomic", journal: "rollback", direction: "up" };
	return from === "free" ? rehearse(which) : rehearseRecovery(backend);
}

/** A run reads without the lock or under it, as the age of the last write says, so not every run makes every call. */
const TRACES = 6;
const ATTEMPTS = 50;

/** The calls of that run, of several, that made most. */
export async function lockPoints({ which, begin }: Rehearsal): Promise<readonly Harm[]> {
	let most: readonly TracedCall[] = [];
	for (let trace = 0; trace < TRACES; trace++) {
		using testFolder = begin();
		const calls = (await traceCalls(which, testFolder.path)).filter(isOnLock);
		if (calls.length > most.length) most = calls;
	}
	return most.map(({ call, when }) => ({ call, when, what: "kill" }));
}

function isOnLock({ call, text }: TracedCall): boolean {
	return LOCK_CALLS.has(call) && text.includes(".lock");
}

/** Kills the holder of a lock at each point, and lets each follower come. */
export async function surviveLockKills(rehearsal: Rehearsal, points: readonly Harm[]): Promise<Survival> {
	const failures: string[] = [];
	const survived = await runTwo(points, async (harm) => {
		using testFolder = await killedAt(rehearsal, harm);
		if (testFolder === undefined) {
			failures.push(`${rehearsal.which.backend}: ${harmName(harm)} did not come in ${ATTEMPTS} runs`);
			return 0;
		}
		using left = testFolder.copy();
		let count = 0;
		for (const follower of FOLLOWERS) {
			testFolder.become(left);
			try {
				await follow(testFolder, rehearsal, follower);
				count++;
			} catch (error) {
				failures.push(`${rehearsal.which.backend}, ${harmName(harm)}, then ${follower}: ${(error as Error).message}`);
			}
		}
		return count;
	});
	const came = survived.reduce((sum, count) => sum + count, 0);
	return { points: came + failures.length, failures, repairs: 0, unnoticed: 0 };
}

/** Begins again until a run makes the call at which it is killed. */
async function killedAt({ which, begin }: Rehearsal, harm: Harm): Promise<TestFolder | undefined> {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const testFolder = begin();
		const { killed } = await runChild(which, testFolder.path, { harm });
		if (killed) return testFolder;
		testFolder[Symbol.dispose]();
	}
	return undefined;
}

async function follow(testFolder: TestFolder, { which, way }: Rehearsal, follower: Follower): Promise<void> {
	switch (follower) {
		case "an application on better-sqlite3": {
			using database = openNatively(testFolder.path);
			database.exec("BEGIN IMMEDIATE; COMMIT");
			break;
		}
		case "an application on node-sqlite3-wasm":
			useInWasm(testFolder.path);
			break;
		case "godwit unlock":
			await backendOf(which.backend).breakLocks(urlOf(which.backend, testFolder.path, which), async () => true);
			await assertSound(testFolder.path);
			break;
		default:
			await assertAftermath(testFolder, which, way, follower);
			return;
	}
	await assertAftermath(testFolder, which, way, which.backend === "sqlite-wasm" ? "sqlite-native" : "sqlite-wasm");
}

/** Where a lock is left it is kept out; where none is, the file is sound without a look at a journal. */
function useInWasm(path: string): void {
	const locked = lstatSync(`${path}.lock`, { throwIfNoEntry: false }) !== undefined;
	const database = new WasmDatabase(path);
	try {
		const use = (): unknown => database.all("PRAGMA integrity_check");
		if (locked) assert.throws(use, /database is locked/);
		else assert.deepEqual(use(), [{ integrity_check: "ok" }]);
	} finally {
		database.close();
	}
	if (!locked) stateAt(path);
}
