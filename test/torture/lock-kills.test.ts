import { describe, expect, it } from "vitest";
import { FOLLOWERS, lockPoints, rehearseLock, surviveLockKills } from "./lock-kills.ts";
import { everyNth } from "./points.ts";
import { ALL_BACKENDS } from "./torture-case.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);
const CASES = ALL_BACKENDS.flatMap((backend) => (["free", "dead"] as const).map((from) => [backend, from] as const));

describe("the holder of a lock", { timeout: 300_000 }, () => {
	it.each(CASES)(
		"%s, from a %s one: can be killed at any call of entering and leaving, whoever comes then",
		async (backend, from) => {
			using rehearsal = await rehearseLock(backend, from);
			const points = everyNth(await lockPoints(rehearsal), 5, SEED);
			const { points: came, failures } = await surviveLockKills(rehearsal, points);
			expect(failures).toEqual([]);
			expect(came).toBe(points.length * FOLLOWERS.length);
		},
	);
});
