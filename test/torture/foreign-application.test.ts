import { describe, expect, it } from "vitest";
import { LIBRARIES, raceForeign } from "./foreign-application.ts";
import { BACKEND_NAMES } from "./torture-case.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);

describe.each(LIBRARIES)("two applications on %s that write all the time", (library) => {
	it.each(BACKEND_NAMES)("lose no row beside runs on %s, every other one of which is killed", async (backend) => {
		const { rows, kills } = await raceForeign({ library, backend, applications: 2, rounds: 4, seed: SEED });
		expect(rows).toBeGreaterThan(4);
		expect(kills).toBe(2);
	});
});
