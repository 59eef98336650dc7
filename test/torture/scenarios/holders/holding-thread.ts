import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { bundledProgram } from "../../../bundled-program.ts";
import type { BackendName } from "../../torture-case.ts";

const PROGRAM = fileURLToPath(new URL("./locking-thread.ts", import.meta.url));

/** A thread of this process that holds a lock. It is terminated at the end. */
export interface HoldingThread extends AsyncDisposable {
	/** Closes its driver, and lives on. */
	close(): Promise<void>;
}

/** @param options Of the URL, from `?`. */
export async function holdingThread(backend: BackendName, path: string, options = ""): Promise<HoldingThread> {
	const workerData = { backend, url: `${backend}://${path}${options}` };
	const thread = new Worker(await bundledProgram(PROGRAM), { workerData });
	await once(thread, "message");
	return {
		async close() {
			thread.postMessage("close");
			await once(thread, "message");
		},
		async [Symbol.asyncDispose]() {
			await thread.terminate();
		},
	};
}
