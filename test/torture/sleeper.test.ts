import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Migrate, memorySource } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { assertEnd } from "./aftermath.ts";
import type { SleeperMessage } from "./sleeper.ts";
import { filesOf, SETS } from "./steps.ts";
import { createTestFolder } from "./test-folder.ts";
import { type BackendName, backendOf, urlOf } from "./torture-case.ts";
import { wayOf } from "./way.ts";

const SLEEPER = fileURLToPath(new URL("./sleeper.ts", import.meta.url));
const WHICH = {
	set: "full",
	backend: "sqlite-native",
	transaction: "atomic",
	journal: "rollback",
	direction: "up",
} as const;
const VERSIONS = [1, SETS.full.length];
/** Pairs without a lock of the kernel between them, so that the row can be cleared while its holder lives. */
const TAKEOVERS = (["sqlite-native", "node-sqlite"] as const).flatMap((nextOwner) =>
	VERSIONS.map((version) => ({ backend: "sqlite-native" as const, nextOwner, version })),
);
const REFUSALS = [
	["sqlite-wasm", "sqlite-native"],
	["sqlite-wasm", "sqlite-wasm"],
	["sqlite-native", "sqlite-wasm"],
] as const;

/** A process that has stopped before a migration, holding the lock. */
interface Asleep extends AsyncDisposable {
	readonly pid: number | undefined;
	/** Lets it go on. @returns how it ends. */
	wake(): Promise<SleeperMessage>;
}

async function asleep(backend: BackendName, path: string, version: number): Promise<Asleep> {
	const sleeper = fork(SLEEPER, [backend, path, String(version)]);
	const exited = once(sleeper, "exit");
	const hear = async (): Promise<SleeperMessage> =>
		(await Promise.race([once(sleeper, "message"), exited]))[0] as SleeperMessage;
	expect(await hear()).toBe("asleep");
	// It says so just before; a signal to go on that came sooner would be lost.
	while (!/\) T /.test(readFileSync(`/proc/${sleeper.pid}/stat`, "utf8"))) await setImmediate();
	return {
		pid: sleeper.pid,
		wake() {
			const woken = hear();
			sleeper.kill("SIGCONT");
			return woken;
		},
		async [Symbol.asyncDispose]() {
			sleeper.kill("SIGKILL");
			await exited;
		},
	};
}

describe("a process that sleeps while it holds the migration lock", () => {
	it.each(TAKEOVERS)(
		"$backend, before migration $version: writes nothing more once $nextOwner has broken the lock and done the work",
		async ({ backend, nextOwner, version }) => {
			using testFolder = createTestFolder();
			{
				await using sleeper = await asleep(backend, testFolder.path, version);
				const url = urlOf(nextOwner, testFolder.path, WHICH);
				expect(await backendOf(nextOwner).breakLocks(url, async () => true)).toBe(1);
				{
					const driver = await backendOf(nextOwner).open(url);
					await using migrate = new Migrate({ source: memorySource(filesOf(SETS.full, testFolder.folder)), driver });
					await migrate.up();
				}
				expect(await sleeper.wake()).toMatchObject({ applied: version - 1, code: "ERR_LOCK_LOST" });
			}
			await assertEnd(testFolder, { ...WHICH, backend }, wayOf(SETS.full, "up"), backend);
			expect(testFolder.files()).toEqual(["app.db"]);
		},
	);

	it.each(REFUSALS)("%s: keeps its lock against %s, and goes on where it was", async (backend, nextOwner) => {
		using testFolder = createTestFolder();
		{
			await using sleeper = await asleep(backend, testFolder.path, 2);
			const broken = backendOf(nextOwner).breakLocks(urlOf(nextOwner, testFolder.path, WHICH), async () => true);
			await expect(broken).rejects.toMatchObject({
				code: "ERR_LOCK_TIMEOUT",
				message: expect.stringContaining(`process ${sleeper.pid} on host`),
			});
			expect(await sleeper.wake()).toMatchObject({ applied: SETS.full.length, code: "none" });
		}
		await assertEnd(testFolder, { ...WHICH, backend }, wayOf(SETS.full, "up"), backend);
		expect(testFolder.files()).toEqual(["app.db"]);
	});
});
