import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import type { DifferenceId } from "./differences.ts";
import { goTool } from "./go-tool.ts";
import { godwitTool } from "./godwit-tool.ts";
import { play } from "./play.ts";
import { buildReference } from "./reference.ts";
import { referencePool } from "./reference-pool.ts";
import { anySequence } from "./sequence.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Number(process.env.GODWIT_SEQUENCES ?? 100);
const FULL_RUN_MS = 3_600_000;

let program: string;
beforeAll(async () => {
	program = (await buildReference()).reference;
}, 900_000);

describe.for(["sqlite3", "ncruces-sqlite3"])(`%s, ${numRuns} sequences with GODWIT_SEED=${seed}`, (scheme) => {
	it.for([true, false])(
		"godwit does what golang-migrate does, x-atomic=%s",
		{ timeout: FULL_RUN_MS, concurrent: true },
		async (atomic) => {
			await using pool = referencePool(program);
			const players = { go: goTool(pool.get, scheme), godwit: godwitTool({ scheme, atomic }), atomic };
			const shown = new Map<DifferenceId, number>();
			const property = fc.asyncProperty(anySequence, async (sequence) => {
				await pool.tick();
				for (const id of await play(sequence, players)) shown.set(id, (shown.get(id) ?? 0) + 1);
			});
			await fc.assert(property, { seed, numRuns });
			console.log(`differences shown, x-atomic=${atomic}: ${JSON.stringify(Object.fromEntries(shown))}`);
		},
	);
});
