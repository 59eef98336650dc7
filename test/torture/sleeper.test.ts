import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { assertEnd } from "./aftermath.ts";
import { createScene } from "./scene.ts";
import type { SleeperMessage } from "./sleeper.ts";
import { filesOf, SETS } from "./steps.ts";
import { BACKEND_NAMES, backendOf, type TortureCase, urlOf } from "./torture-case.ts";
import { wayOf } from "./way.ts";

const SLEEPER = fileURLToPath(new URL("./sleeper.ts", import.meta.url));
const VERSIONS = [1, SETS.full.length];
const ROBBERIES = BACKEND_NAMES.flatMap((backend) =>
	BACKEND_NAMES.flatMap((thief) => VERSIONS.map((version) => ({ backend, thief, version }))),
);

describe("a process that sleeps while it holds the migration lock", () => {
	it.each(ROBBERIES)(
		"$backend, before migration $version: writes nothing more once $thief has broken the lock and done the work",
		async ({ backend, thief, version }) => {
			using scene = createScene();
			const sleeper = fork(SLEEPER, [backend, scene.path, String(version)]);
			const exited = once(sleeper, "exit");
			const hear = async (): Promise<SleeperMessage> =>
				(await Promise.race([once(sleeper, "message"), exited]))[0] as SleeperMessage;
			try {
				expect(await hear()).toBe("asleep");
				const url = urlOf(thief, scene.path, "atomic");
				expect(await backendOf(thief).breakLocks(url, async () => true)).toBe(1);
				{
					const driver = await backendOf(thief).open(url);
					await using migrate = new Migrate({ source: memorySource(filesOf(SETS.full)), driver });
					await migrate.up();
				}
				const woken = hear();
				sleeper.kill("SIGCONT");
				expect(await woken).toMatchObject({ applied: version - 1, code: "ERR_LOCK_LOST" });
			} finally {
				sleeper.kill("SIGKILL");
				await exited;
			}
			const which: TortureCase = { set: "full", backend, transaction: "atomic", journal: "rollback", direction: "up" };
			await assertEnd(scene, which, wayOf(SETS.full, "up"), backend);
			expect(scene.files()).toEqual(["app.db"]);
		},
	);
});
