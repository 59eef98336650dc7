import type { LockOptions } from "./driver.ts";
import { endedBy } from "./ended-by.ts";
import { lockTimeout } from "./lock-timeout.ts";

/** How long one call may wait, for whatever it waits. */
export interface Patience {
	/** When the call was made, by `performance.now()`. */
	readonly since: number;
	/** In milliseconds. */
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

/**
 * @param ownTimeoutMs Where the caller does not say.
 * @param closing Ends every waiting, too.
 */
export function patienceOf({ timeoutMs, signal }: LockOptions, ownTimeoutMs: number, closing: AbortSignal): Patience {
	return {
		since: performance.now(),
		timeoutMs: timeoutMs ?? ownTimeoutMs,
		signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
	};
}

/** How much of it is left, in milliseconds. */
export function leftOf({ since, timeoutMs }: Patience): number {
	return Math.max(0, since + timeoutMs - performance.now());
}

/** The longest that a timer can be set to, see https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits until the calls before this one are over.
 *
 * @param name The database, for messages.
 * @throws MigrateError `ERR_LOCK_TIMEOUT`, or the signal's reason.
 */
export async function waitForTurn(name: string, before: Promise<void>, patience: Patience): Promise<void> {
	const timeUp = new AbortController();
	const obstacle = { owner: "this instance", reason: `${name}: another call of this instance is under way` };
	const timer = setTimeout(
		() => timeUp.abort(lockTimeout(obstacle, Math.round(performance.now() - patience.since))),
		Math.min(leftOf(patience), LONGEST_TIMER_MS),
	);
	try {
		await endedBy(AbortSignal.any([patience.signal, timeUp.signal]), before);
	} finally {
		clearTimeout(timer);
	}
}
