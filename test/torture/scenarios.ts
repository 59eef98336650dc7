import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmdirSync } from "node:fs";
import { isMigrateError, Migrate, type MigrateOptions, type MigrationFiles, memorySource } from "@godwit/core";
import { abandonedScene } from "./abandoned-scene.ts";
import { ACCOUNTS, countAccounts, createAccounts } from "./accounts.ts";
import { assertSound, stateAt } from "./aftermath.ts";
import { startInTheGap, type WasmWriter } from "./in-the-gap.ts";
import { createScene, type Scene } from "./scene.ts";
import { filesOf, SETS } from "./steps.ts";
import { type BackendName, backendOf, openNatively } from "./torture-case.ts";
import { wayOf } from "./way.ts";

/** Promises that hang on one protection each: a scenario rejects when the protection is off. */
export const SCENARIOS = {
	/** Another process took the migration lock over while this one slept. */
	async "who lost the lock cannot commit"(): Promise<void> {
		using scene = createScene();
		const steal = (): void => {
			using thief = openNatively(scene.path);
			const expires = new Date(Date.now() + 60_000).toISOString();
			thief.prepare("UPDATE schema_migrations_lock SET owner = 'a thief', expires_at = ?").run(expires);
		};
		const failed = await up(scene, "sqlite-native", ONE, {
			onEvent: ({ type }) => void (type === "start" && steal()),
		});
		assert.ok(
			isMigrateError(failed, "ERR_MIGRATION_FAILED") && isMigrateError(failed.cause, "ERR_LOCK_LOST"),
			String(failed),
		);
		assert.equal(stateAt(scene.path), "");
	},

	async "wasm rolls a hot journal back before it reads"(): Promise<void> {
		using scene = await abandonedScene();
		rmdirSync(`${scene.path}.lock`);
		const seen = "CREATE TABLE seen AS SELECT count(*) AS changed FROM accounts WHERE note LIKE 'changed%'";
		assert.equal(await up(scene, "sqlite-wasm", { "1_seen.up.sql": seen }), undefined);
		await assertSound(scene.path);
		using database = openNatively(scene.path);
		assert.deepEqual(database.prepare("SELECT changed FROM seen").get(), { changed: 0 });
	},

	async "native stays out while a node-sqlite3-wasm application holds its lock"(): Promise<void> {
		using scene = createScene();
		mkdirSync(`${scene.path}.lock`);
		const failed = await up(scene, "sqlite-native", ONE);
		assert.ok(isMigrateError(failed) && failed.message.includes(`${scene.path}.lock`), String(failed));
		assert.equal(stateAt(scene.path), "");
	},

	/** It has taken SQLite's own lock, which wasm sees, before it looks for the other's. */
	async "wasm cannot begin to write once native has found its lock free"(): Promise<void> {
		using scene = createScene();
		createAccounts(scene.path);
		let started: Promise<WasmWriter> | undefined;
		const failed = await up(scene, "sqlite-native", TWO, {
			onEvent: (event) => {
				// The first lets native set its connection up; of the second, the next look is that of BEGIN IMMEDIATE.
				if (event.type === "start" && event.index === 1) started = startInTheGap(scene.path);
			},
		});
		const writer = await started;
		await writer?.finish();
		await assertSound(scene.path);
		const changed = writer?.said === "writing" ? ACCOUNTS : 0;
		assert.deepEqual(countAccounts(scene.path), { accounts: ACCOUNTS, changed });
		assert.deepEqual({ said: writer?.said, failed }, { said: "ERR_BUSY", failed: undefined });
	},

	async "wasm stays out while a native application holds its lock"(): Promise<void> {
		using scene = createScene();
		const application = spawn("sqlite3", [scene.path], { stdio: ["pipe", "pipe", "inherit"] });
		const exited = once(application, "exit");
		application.stdin.write("CREATE TABLE t (a); BEGIN IMMEDIATE; SELECT 'ready';\n");
		await Promise.race([once(application.stdout, "data"), exited]);
		const failed = await up(scene, "sqlite-wasm", ONE);
		application.stdin.end();
		await exited;
		assert.ok(isMigrateError(failed) && failed.message.includes(`process ${application.pid}`), String(failed));
	},

	async "a table rebuild keeps the rows that refer to the table"(): Promise<void> {
		using scene = createScene();
		assert.equal(await up(scene, "sqlite-native", filesOf(SETS.full)), undefined);
		assert.equal(stateAt(scene.path), wayOf(SETS.full, "up").clean(SETS.full.length));
	},

	async "a migration waits for another connection's transaction instead of failing in its midst"(): Promise<void> {
		using scene = createScene();
		using other = openNatively(scene.path);
		const block = (): void => {
			other.exec("BEGIN IMMEDIATE");
			setImmediate(() => other.exec("COMMIT"));
		};
		const failed = await up(scene, "sqlite-native", ONE, { onEvent: ({ type }) => void (type === "start" && block()) });
		assert.equal(failed, undefined);
	},
} as const;

export type ScenarioName = keyof typeof SCENARIOS;

const ONE: MigrationFiles = { "1_one.up.sql": "CREATE TABLE one (a)" };
const TWO: MigrationFiles = { ...ONE, "2_two.up.sql": "CREATE TABLE two (a)" };

/** @returns the error, `undefined` when all went well. */
async function up(
	{ path }: Scene,
	backend: BackendName,
	files: MigrationFiles,
	options: MigrateOptions = {},
): Promise<unknown> {
	try {
		// Long for a lock that is about to be free, and not for one that stays.
		const driver = await backendOf(backend).open(`${backend}://${path}?x-busy-timeout=500ms`);
		await using migrate = new Migrate({ source: memorySource(files), driver, lockTimeoutMs: 0, ...options });
		await migrate.up();
		return undefined;
	} catch (error) {
		return error;
	}
}
