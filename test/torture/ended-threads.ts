import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { bundledProgram } from "../bundled-program.ts";
import { assertAftermath } from "./aftermath.ts";
import { seeded } from "./seeded.ts";
import { SETS } from "./steps.ts";
import { createTestFolder } from "./test-folder.ts";
import { ALL_BACKENDS, type BackendName, type TortureCase, urlOf } from "./torture-case.ts";
import { wayOf } from "./way.ts";

const THREAD = fileURLToPath(new URL("./migrate-thread.ts", import.meta.url));
/** A run takes longer than this, and most ends hit it at work. */
const END_WITHIN_MS = 40;

/** Ends threads of this process somewhere in a run; the next run, in this process, goes on by itself. */
export async function endThreads(backend: BackendName, rounds: number, seed: number): Promise<void> {
	const random = seeded(seed);
	const which: TortureCase = { set: "full", backend, transaction: "atomic", journal: "rollback", direction: "up" };
	const way = wayOf(SETS.full, "up");
	const program = await bundledProgram(THREAD);
	for (let round = 0; round < rounds; round++) {
		using testFolder = createTestFolder();
		const thread = new Worker(program, { workerData: { backend, url: urlOf(backend, testFolder.path, which) } });
		await once(thread, "message");
		thread.postMessage("go");
		await new Promise((resolve) => setTimeout(resolve, random.below(END_WITHIN_MS)));
		await thread.terminate();
		const next = random.pick(ALL_BACKENDS);
		try {
			await assertAftermath(testFolder, which, way, next);
		} catch (cause) {
			const message = `${backend}, then ${next}, round ${round} of seed ${seed}: ${(cause as Error).message}`;
			throw new Error(message, { cause });
		}
	}
}
