import { describe, it } from "vitest";
import { endThreads } from "./ended-threads.ts";
import { ALL_BACKENDS } from "./torture-case.ts";

const SEED = Number(process.env.GODWIT_SEED ?? 1);

describe("a thread that is terminated somewhere in a run", () => {
	it.each(ALL_BACKENDS)("on %s loses nothing, and keeps nobody out", async (backend) => {
		await endThreads(backend, 12, SEED);
	});
});
