import { describe, expect, it } from "vitest";
import { BACKENDS, PAIRS } from "./backends.ts";
import { GATE } from "./gate.ts";
import { accountValues, allAccounts, CREATE_ACCOUNTS, changeAccounts, createPlace, exec } from "./place.ts";
import { type Runner, runOnce, startThread } from "./runner.ts";

const NOW = { options: "x-busy-timeout=0s", lockTimeoutMs: 0, files: { "1_change.up.sql": changeAccounts() } };

/** Starts a migration in a thread of this process, and ends the thread in its midst. */
async function endedThread(backend: (typeof BACKENDS)[number], path: string): Promise<void> {
	await using thread: Runner = await startThread();
	const run = thread.run({ backend, path, files: { "1_change.up.sql": changeAccounts() + GATE } });
	const ended = run.catch(() => {});
	await thread.atGate();
	await thread.kill();
	await ended;
}

describe("a run whose thread is terminated", () => {
	it.each(PAIRS)("on %s keeps nobody out of the same process, on %s, and is rolled back", async (ended, next) => {
		using place = createPlace();
		exec(place.path, CREATE_ACCOUNTS);
		await endedThread(ended, place.path);
		await using thread = await startThread();
		expect(await thread.run({ backend: next, path: place.path, ...NOW })).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(2));
		expect(place.files()).toEqual(["app.db"]);
	});

	it.each(BACKENDS)("on %s keeps nobody out of another process, while this one lives", async (ended) => {
		using place = createPlace();
		exec(place.path, CREATE_ACCOUNTS);
		await endedThread(ended, place.path);
		expect(await runOnce({ backend: "sqlite-wasm", path: place.path, ...NOW })).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(2));
		expect(place.files()).toEqual(["app.db"]);
	});
});
