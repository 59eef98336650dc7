import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createAccounts } from "./accounts.ts";
import { createScene, type Scene } from "./scene.ts";

const APPLICATION = fileURLToPath(new URL("./killed-application.ts", import.meta.url));

/**
 * What an application on node-sqlite3-wasm leaves when it is killed in a transaction that has reached the database in
 * part: a lock folder and a hot journal.
 */
export async function abandonedScene(): Promise<Scene> {
	const scene = createScene();
	createAccounts(scene.path);
	const application = spawn(process.execPath, [APPLICATION, scene.path], { stdio: ["ignore", "pipe", "inherit"] });
	const exited = once(application, "exit");
	await Promise.race([once(application.stdout, "data"), exited]);
	application.kill("SIGKILL");
	await exited;
	assert.ok(lstatSync(`${scene.path}.lock`).isDirectory());
	assert.ok(lstatSync(`${scene.path}-journal`).size > 4096);
	return scene;
}
