import { describe, expect, it } from "vitest";
import { type Copying, copyKillPoints, rehearseCopy, surviveCopyKills } from "./copies.ts";
import { everyNth } from "./points.ts";
import type { BackendName } from "./torture-case.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);

const CASES: readonly (readonly [BackendName, "rollback" | "wal", Copying])[] = [
	["sqlite-native", "rollback", "backup"],
	["sqlite-native", "rollback", "restore"],
	["sqlite-native", "rollback", "swap"],
	["sqlite-native", "wal", "backup"],
	["sqlite-native", "wal", "restore"],
	["sqlite-native", "wal", "swap"],
	["sqlite-node", "rollback", "backup"],
	["sqlite-node", "rollback", "restore"],
	["sqlite-node", "wal", "restore"],
	["sqlite-node", "wal", "swap"],
	["sqlite-wasm", "rollback", "backup"],
	["sqlite-wasm", "rollback", "swap"],
];

/** GODWIT_EVERY=1 takes every point. */
const STRIDE = Number(process.env.GODWIT_EVERY ?? 12);

describe("a copy that is killed", { timeout: 1_800_000 }, () => {
	it.each(CASES)(
		"%s, %s journal, %s: leaves the old database or the new one, and a free lock, whichever system call is its last",
		async (backend, journal, copying) => {
			using rehearsal = await rehearseCopy(backend, journal, copying);
			const points = everyNth(await copyKillPoints(rehearsal), STRIDE, SEED);
			const { killed, failures } = await surviveCopyKills(rehearsal, points);
			expect(failures).toEqual([]);
			expect(killed).toBeGreaterThan(0);
		},
	);
});
