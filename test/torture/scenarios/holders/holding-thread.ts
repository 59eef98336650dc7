import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { BackendName } from "../../torture-case.ts";

const PROGRAM = new URL("./locking-thread.ts", import.meta.url);

/** A thread of this process that holds a lock. It is terminated at the end. */
export interface HoldingThread extends AsyncDisposable {
	/** Closes its driver, and lives on. */
	close(): Promise<void>;
}

/** @param options Of the URL, from `?`. */
export async function holdingThread(backend: BackendName, path: string, options = ""): Promise<HoldingThread> {
	const thread = new Worker(PROGRAM, { workerData: { backend, url: `${backend}://${path}${options}` } });
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
