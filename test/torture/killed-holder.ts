/** godwit in the midst of a transaction: `killed-holder.ts BACKEND PATH SQL` says "ready", and waits. */
import { writeSync } from "node:fs";
import { textBody } from "@godwit/core";
import { type BackendName, backendOf } from "./torture-case.ts";

const [backend = "", path = "", sql = ""] = process.argv.slice(2);
const driver = await backendOf(backend as BackendName).open(`${backend}://${path}`);
await driver.lock();
await driver.transaction?.({ version: 1n, dirty: false }, async ({ run }) => {
	await run(textBody(sql));
	writeSync(1, "ready");
	await new Promise(() => setInterval(() => {}, 1_000_000));
});
