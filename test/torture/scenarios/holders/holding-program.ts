/**
 * A program that holds a lock: `holding-program.ts BACKEND URL` says "ready", and again each time that it has carried out a word from its
 * standard input. "again": it gives the lock back and takes it anew.
 */
import { writeSync } from "node:fs";
import { type BackendName, backendOf } from "../../torture-case.ts";

const [backend = "", url = ""] = process.argv.slice(2);
const driver = await backendOf(backend as BackendName).open(url);
await driver.lock();
process.stdin.on("data", async () => {
	await driver.unlock();
	await driver.lock();
	writeSync(1, "ready");
});
writeSync(1, "ready");
