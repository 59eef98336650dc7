import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createScene, type Scene } from "./scene.ts";
import { openNatively } from "./torture-case.ts";

/** Rows in the table `accounts`; a note that begins with "changed" was never committed. */
export const ACCOUNTS = 300;

const APPLICATION = fileURLToPath(new URL("./killed-application.ts", import.meta.url));

/**
 * What an application on node-sqlite3-wasm leaves when it is killed in a transaction that has reached the database in
 * part: a lock folder and a hot journal.
 */
export async function abandonedScene(): Promise<Scene> {
	const scene = createScene();
	{
		using database = openNatively(scene.path);
		database.exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY, note TEXT);
			INSERT INTO accounts (note) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ACCOUNTS})
			SELECT printf('%.*c', 500, 'x') FROM n`);
	}
	const application = spawn(process.execPath, [APPLICATION, scene.path], { stdio: ["ignore", "pipe", "inherit"] });
	const exited = once(application, "exit");
	await Promise.race([once(application.stdout, "data"), exited]);
	application.kill("SIGKILL");
	await exited;
	assert.ok(lstatSync(`${scene.path}.lock`).isDirectory());
	assert.ok(lstatSync(`${scene.path}-journal`).size > 4096);
	return scene;
}
