import { describe, expect, it } from "vitest";
import { rehearse } from "./harmed-run.ts";
import { everyNth, faultPoints, killPoints, surviveAll } from "./points.ts";
import { BACKEND_NAMES, CASES, caseName, FURTHER_CASES } from "./torture-case.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);
/** `pnpm torture` has every point of every case. */
const SMALL = CASES.map((which) => ({ ...which, set: "small" as const }));
const DENSE = SMALL.filter(
	({ backend, transaction, direction }) =>
		BACKEND_NAMES.includes(backend) && transaction === "atomic" && direction === "up",
);
const SAMPLED = [...SMALL.filter((which) => !DENSE.includes(which)), ...FURTHER_CASES];

describe("a run that is killed", { timeout: 300_000 }, () => {
	it.each(DENSE.map((which) => [caseName(which), which] as const))(
		"%s: loses nothing at every third of its system calls, and the next run goes on by itself",
		async (_, which) => {
			using rehearsal = await rehearse(which);
			const points = everyNth(await killPoints(rehearsal), 3, SEED);
			const { points: killed, repairs, failures } = await surviveAll(rehearsal, points);
			expect(failures).toEqual([]);
			expect(killed).toBe(points.length);
			expect(repairs).toBe(0);
		},
	);

	it.each(SAMPLED.map((which) => [caseName(which), which] as const))(
		"%s: loses nothing, and the dirty flag tells the truth, at a sample of its system calls",
		async (_, which) => {
			using rehearsal = await rehearse(which);
			const { points, failures } = await surviveAll(rehearsal, everyNth(await killPoints(rehearsal), 80, SEED));
			expect(failures).toEqual([]);
			expect(points).toBeGreaterThan(0);
		},
	);
});

describe("a run in which a system call fails", { timeout: 300_000 }, () => {
	it.each(SMALL.map((which) => [caseName(which), which] as const))(
		"%s: says so, loses nothing, and the next run completes",
		async (_, which) => {
			using rehearsal = await rehearse(which);
			const { points, failures } = await surviveAll(rehearsal, everyNth(await faultPoints(rehearsal), 97, SEED));
			expect(failures).toEqual([]);
			expect(points).toBeGreaterThan(0);
		},
	);

	// A commit ends with an fsync, and whether it has happened when that fails depends on the journal.
	it.each(DENSE)("$backend $journal: says truly where the database is, whichever fsync fails", async (which) => {
		using rehearsal = await rehearse(which);
		const points = (await faultPoints(rehearsal)).filter(({ call, what }) => call === "fsync" && what === "EIO");
		const { points: failed, failures } = await surviveAll(rehearsal, points);
		expect(failures).toEqual([]);
		expect(failed).toBe(points.length);
	});

	it.each(DENSE)(
		"$backend $journal: a lock that cannot be removed undoes nothing and is nobody's failure in the end",
		async (which) => {
			using rehearsal = await rehearse({ ...which, transaction: "no-transaction" });
			const points = (await faultPoints(rehearsal)).filter(({ call, what }) => call === "unlink" && what === "EACCES");
			const { unnoticed, failures } = await surviveAll(rehearsal, points);
			expect(failures).toEqual([]);
			expect(unnoticed).toBeGreaterThan(0);
		},
	);
});
