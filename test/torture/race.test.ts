import { describe, expect, it } from "vitest";
import { RACE_BACKENDS, race } from "./race.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);

describe.each(RACE_BACKENDS)("8 processes that migrate one new file at once, %s", (backends) => {
	it("run each migration once, and arrive or name who is in the way", async () => {
		const result = await race({ backends, processes: 8, rounds: 5, seed: SEED, killed: 0 });
		expect(result.rounds).toBe(5);
	});

	it("lose nothing when some of them are killed in the midst of it", async () => {
		const result = await race({ backends, processes: 8, rounds: 5, seed: SEED, killed: 2 });
		expect(result.kills).toBe(10);
	});
});
