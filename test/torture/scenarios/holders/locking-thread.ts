/** A thread that takes a lock, and closes its driver when it is told to. It says "ready" after each. */
import { parentPort, workerData } from "node:worker_threads";
import { type BackendName, backendOf } from "../../torture-case.ts";

const { backend, url } = workerData as { readonly backend: BackendName; readonly url: string };
const { open } = backendOf(backend);
// The first thread of the process has no holder of the number that the next one gets.
for (let number = 0; number < 10; number++) await (await open(url)).close();
const driver = await open(url);
await driver.lock();
parentPort?.on("message", async () => {
	await driver.close();
	parentPort?.postMessage("ready");
});
parentPort?.postMessage("ready");
