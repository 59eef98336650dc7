import { describe, expect, it } from "vitest";
import { rehearseRecovery } from "./crash-rehearsal.ts";
import { everyNth, faultPoints, killPoints, surviveAll } from "./points.ts";
import { BACKEND_NAMES } from "./torture-case.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);

describe.each(BACKEND_NAMES)("%s, while it repairs what a killed process has left,", (backend) => {
	it("can be killed in its turn", async () => {
		using rehearsal = await rehearseRecovery(backend);
		const points = everyNth(await killPoints(rehearsal), 8, SEED);
		const { points: killed, repairs, failures } = await surviveAll(rehearsal, points);
		expect(failures).toEqual([]);
		expect(killed).toBeGreaterThan(5);
		expect(repairs).toBe(0);
	});

	it("can meet a disk that fails", async () => {
		using rehearsal = await rehearseRecovery(backend);
		const { points, failures } = await surviveAll(rehearsal, everyNth(await faultPoints(rehearsal), 47, SEED));
		expect(failures).toEqual([]);
		expect(points).toBeGreaterThan(2);
	});
});
