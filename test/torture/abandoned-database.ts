import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createAccounts } from "./accounts.ts";
import { createTestFolder, type TestFolder } from "./test-folder.ts";

const APPLICATION = fileURLToPath(new URL("./killed-application.ts", import.meta.url));

/**
 * What an application on node-sqlite3-wasm leaves when it is killed in a transaction that has reached the database in
 * part: a lock folder and a hot journal.
 */
export async function abandonedDatabase(): Promise<TestFolder> {
	const testFolder = createTestFolder();
	createAccounts(testFolder.path);
	const application = spawn(process.execPath, [APPLICATION, testFolder.path], { stdio: ["ignore", "pipe", "inherit"] });
	const exited = once(application, "exit");
	await Promise.race([once(application.stdout, "data"), exited]);
	application.kill("SIGKILL");
	await exited;
	assert.ok(lstatSync(`${testFolder.path}.lock`).isDirectory());
	assert.ok(lstatSync(`${testFolder.path}-journal`).size > 4096);
	return testFolder;
}
