import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cleanEnv, commandWords } from "../../packages/cli/test/fixtures/godwit.ts";
import { BACKENDS, PAIRS } from "./backends.ts";
import { GATE } from "./gate.ts";
import { createPlace } from "./place.ts";
import { runOnce, startRunner } from "./runner.ts";

const FILES = { "1_a.up.sql": `CREATE TABLE a (x);${GATE}` };
/** The timeout for others than godwit outlasts the test: whoever waits for it does not pass. */
const LONG_BUSY_TIMEOUT = "x-busy-timeout=10m";

describe("a lock timeout of 1 s", () => {
	it.each(PAIRS)("is 1 s, and its end names the process: %s is at work, %s waits", async (holder, waiter) => {
		using place = createPlace();
		await using runner = await startRunner();
		const run = runner.run({ backend: holder, path: place.path, files: FILES });
		await runner.atGate();
		const { code, message, waitedMs } = await runOnce({
			backend: waiter,
			path: place.path,
			options: LONG_BUSY_TIMEOUT,
			files: FILES,
			lockTimeoutMs: 1_000,
		});
		expect(code).toBe("ERR_LOCK_TIMEOUT");
		expect(message).toContain(`process ${runner.pid} on host`);
		expect(waitedMs).toBeGreaterThanOrEqual(1_000);
		runner.go();
		expect(await run).toMatchObject({ applied: 1 });
	});

	it.each(BACKENDS.slice(0, 2))("is that of the command too: -lock-timeout 1 on %s", async (backend) => {
		using place = createPlace();
		mkdirSync(place.of("m"));
		writeFileSync(place.of("m", "1_a.up.sql"), "CREATE TABLE a (x);");
		await using runner = await startRunner();
		const run = runner.run({ backend: "sqlite-wasm", path: place.path, files: FILES });
		await runner.atGate();
		const flags = [
			"-path",
			place.of("m"),
			"-database",
			`${backend}://${place.path}?${LONG_BUSY_TIMEOUT}`,
			"-lock-timeout",
			"1",
		];
		const [program, ...words] = commandWords();
		const said = await new Promise<string>((resolve) =>
			execFile(program, [...words, ...flags, "up"], { env: cleanEnv({}) }, (_, __, stderr) => resolve(stderr)),
		);
		expect(said).toMatch(new RegExp(`held by process ${runner.pid} on host .*; waited \\d{4,} ms`));
		runner.go();
		expect(await run).toMatchObject({ applied: 1 });
	});
});
