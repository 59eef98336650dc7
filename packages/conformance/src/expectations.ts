import assert from "node:assert/strict";
import { type Driver, type ErrorCode, isMigrateError, type MigrateError, type Version } from "@godwit/core";
import type { DriverHarness } from "./driver-laws/driver-harness.ts";

/** How long a promise may take that nothing keeps waiting: what waits for ever has to fail and not to hang. */
const HANGS_AFTER_MS = 5_000;

/** Expects a promise to settle in time, and does as it. @param call For the message. */
export async function answers<T>(promise: Promise<T>, call: string): Promise<T> {
	promise.catch(() => {});
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`${call} does not answer`)), HANGS_AFTER_MS);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Expects a rejection with this code, and returns the error. */
export async function rejection<C extends ErrorCode>(code: C, promise: Promise<unknown>): Promise<MigrateError<C>> {
	const error = await rejectionOf(promise, code);
	if (!isMigrateError(error, code)) {
		assert.fail(new Error(`expected a MigrateError ${code}, not ${describeError(error)}`, { cause: error }));
	}
	return error;
}

/** Expects a rejection with this very value, or with an error that has it among its causes. */
export async function rejectionCausedBy(reason: unknown, promise: Promise<unknown>): Promise<void> {
	const error = await rejectionOf(promise, "a rejection");
	for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
		if (cause === reason) return;
	}
	assert.fail(new Error(`${describeError(error)} does not have ${reason} among its causes`, { cause: error }));
}

async function rejectionOf(promise: Promise<unknown>, expected: string): Promise<unknown> {
	return promise.then(
		(value) => assert.fail(`expected ${expected}, but it resolved to ${String(value)}`),
		(error: unknown) => error,
	);
}

function describeError(error: unknown): string {
	return isMigrateError(error) ? `${error.code}: ${error.message}` : String(error);
}

/** Expects what one instance reads. */
export async function expectVersion(driver: Driver, version: Version, dirty: boolean): Promise<void> {
	const state = await driver.version();
	assert.deepEqual({ version: state.version, dirty: state.dirty }, { version, dirty });
}

/** Expects what exists in the database, in any order. */
export async function expectObjects(harness: DriverHarness, names: Iterable<string>): Promise<void> {
	assert.deepEqual([...(await harness.objects())].sort(), [...names].sort());
}

/** Expects that the migration lock can be taken at once. */
export async function expectFreeLock(harness: DriverHarness): Promise<void> {
	await using other = await harness.open();
	await other.lock({ timeoutMs: 0 });
	await other.unlock();
}

/** Whether an error, or one among its causes, is `ERR_CLOSED`. */
export function hasClosed(error: unknown): boolean {
	return isMigrateError(error, "ERR_CLOSED") || (error instanceof Error && hasClosed(error.cause));
}
