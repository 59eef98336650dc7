import { describe, expect, it } from "vitest";
import { COPY_CASES, copyCaseName, copyKillPoints, rehearseCopy, surviveCopyKills } from "./copies.ts";
import { everyNth } from "./points.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);

/** GODWIT_EVERY=1 takes every point. */
const STRIDE = Number(process.env.GODWIT_EVERY ?? 12);

describe("a copy that is killed", { timeout: 1_800_000 }, () => {
	it.each(COPY_CASES.map((which) => ({ which, name: copyCaseName(which) })))(
		"$name: leaves the old database or the new one, and a free lock, whichever system call is its last",
		async ({ which }) => {
			using rehearsal = await rehearseCopy(which);
			const points = everyNth(await copyKillPoints(rehearsal), STRIDE, SEED);
			const { killed, failures } = await surviveCopyKills(rehearsal, points);
			expect(failures).toEqual([]);
			expect(killed).toBeGreaterThan(0);
		},
	);
});
