import assert from "node:assert/strict";
import {
	type Driver,
	isMigrateError,
	Migrate,
	type MigrateOptions,
	type MigrationFiles,
	memorySource,
} from "@godwit/core";
import type { TestFolder } from "../test-folder.ts";
import { type BackendName, backendOf } from "../torture-case.ts";

/** One migration, which makes the table `one`. */
export const ONE: MigrationFiles = { "1_one.up.sql": "CREATE TABLE one (a)" };

export interface AttemptOptions extends MigrateOptions {
	/** Further options of the URL, each with a `&` before it. */
	readonly url?: string;
}

/** @returns the error, `undefined` when all went well. */
export async function up(
	{ path }: Pick<TestFolder, "path">,
	backend: BackendName,
	files: MigrationFiles,
	{ url: more = "", ...options }: AttemptOptions = {},
): Promise<unknown> {
	try {
		// Long for a lock that is about to be free, and not for one that stays.
		const url = `${backend}://${path}?x-busy-timeout=500ms&x-lock-timeout=0s${more}`;
		const driver = await backendOf(backend).open(url);
		await using migrate = new Migrate({ source: memorySource(files), driver, lockTimeoutMs: 0, ...options });
		await migrate.up();
		return undefined;
	} catch (error) {
		return error;
	}
}

/** @param options Of the URL, from `?`. */
export async function lockedDriver(backend: BackendName, path: string, options = ""): Promise<Driver> {
	const driver = await backendOf(backend).open(`${backend}://${path}${options}`);
	await driver.lock();
	return driver;
}

/** @returns the error, `undefined` when the lock was taken. */
export async function lock({ path }: Pick<TestFolder, "path">, backend: BackendName): Promise<unknown> {
	try {
		await using driver = await backendOf(backend).open(`${backend}://${path}`);
		await driver.lock({ timeoutMs: 0 });
		return undefined;
	} catch (error) {
		return error;
	}
}

export function assertStaysOut(failed: unknown): void {
	assert.ok(isMigrateError(failed, "ERR_LOCK_TIMEOUT"), String(failed));
}

export function assertFailed(failed: unknown, code: "ERR_LOCK_LOST" | "ERR_BUSY"): void {
	assert.ok(isMigrateError(failed, "ERR_MIGRATION_FAILED") && isMigrateError(failed.cause, code), String(failed));
}
