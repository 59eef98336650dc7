/** A thread that migrates all the way up when it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import { Migrate, memorySource } from "@godwit/core";
import { filesOf, SETS } from "./steps.ts";
import { type BackendName, backendOf } from "./torture-case.ts";

const { backend, url } = workerData as { readonly backend: BackendName; readonly url: string };
// Loaded before, so that what is ended is a run.
await (await backendOf(backend).open(`${backend}://:memory:`)).close();
parentPort?.once("message", async () => {
	const driver = await backendOf(backend).open(url);
	await using migrate = new Migrate({ source: memorySource(filesOf(SETS.full, "")), driver });
	await migrate.up();
});
parentPort?.postMessage("ready");
