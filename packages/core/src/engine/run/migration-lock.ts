import { cleanUpAfter } from "../../clean-up-after.ts";
import type { Driver, LockOptions } from "../../driver/driver.ts";
import { isMigrateError } from "../../migrate-error.ts";
import { createTrace } from "../../trace.ts";
import type { MigrateOptions } from "../migrate-options.ts";

const trace = createTrace("godwit:migrate");

/** Gives the lock back and takes it again. @param pause Is waited for without it. */
export type LockAgain = (pause?: () => Promise<void>) => Promise<void>;

/**
 * Runs `work` under the migration lock.
 *
 * @param work Is given what gives the lock back and takes it again, when others need it in between.
 * @param stopped What it resolves to when the signal ends the waiting; without it the signal's reason is thrown.
 */
export async function underLock<T>(
	driver: Driver,
	options: MigrateOptions,
	work: (lockAgain: LockAgain) => Promise<T>,
	stopped?: () => T,
): Promise<T> {
	const { signal, onEvent } = options;
	let held = false;
	const take = async (): Promise<void> => {
		const start = performance.now();
		await driver.lock(waitingOf(options));
		held = true;
		onEvent?.({ type: "locked", waitedMs: performance.now() - start });
	};
	const takeAgain: LockAgain = async (pause) => {
		// When that fails, the driver itself tries it again.
		held = false;
		await driver.unlock();
		await pause?.();
		await take();
	};
	let result: T;
	try {
		await take();
		result = await work(takeAgain);
	} catch (error) {
		if (held) throw await cleanUpAfter(error, () => release(driver));
		if (stopped !== undefined && signal?.aborted && error === signal.reason) return stopped();
		throw error;
	}
	if (held) await unlock(driver, options);
	return result;
}

/** What was done stays done, and is reported, when the lock cannot be given back; when it was lost, somebody else may have been at work. */
async function unlock(driver: Driver, { onEvent }: MigrateOptions): Promise<void> {
	try {
		await release(driver);
	} catch (error) {
		if (isMigrateError(error, "ERR_LOCK_LOST")) throw error;
		trace("the lock could not be given back: %s", error);
		onEvent?.({ type: "unlock-failed", error });
		return;
	}
	onEvent?.({ type: "unlocked" });
}

async function release(driver: Driver): Promise<void> {
	try {
		await driver.unlock();
	} catch (error) {
		// `close` gives it back, and tells whoever called it when it cannot.
		if (!isMigrateError(error, "ERR_CLOSED")) throw error;
	}
}

/** Does `work` when the database's server answers. */
export async function whenReady<T>(
	driver: Driver,
	{ waitMs: timeoutMs = 0, signal }: MigrateOptions,
	work: () => Promise<T>,
): Promise<T> {
	if (timeoutMs > 0) await driver.ready?.({ timeoutMs, signal });
	return work();
}

/** How an operation waits for others. */
export function waitingOf({ lockTimeoutMs, signal, onEvent }: MigrateOptions): LockOptions {
	const onNotice = onEvent && ((message: string): void => onEvent({ type: "notice", message }));
	return { timeoutMs: lockTimeoutMs, signal, onNotice };
}
