import type { LockOptions } from "../driver.ts";
import { endedBy } from "./ended-by.ts";

/** How long one call may wait, for whatever it waits. */
export interface Patience {
	/** When the call was made, by `performance.now()`. */
	readonly since: number;
	/** In milliseconds. */
	readonly timeoutMs: number;
	/** Ends the waiting. */
	readonly signal?: AbortSignal | undefined;
}

/** What a primitive that may wait is given: the wait began when the driver was called. */
export type WaitOptions = LockOptions & Patience;

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
 * @param late Makes the error for a wait that took too long, of the milliseconds that it took.
 * @throws What `late` returns, or the signal's reason.
 */
export async function waitForTurn(
	before: Promise<void>,
	patience: Patience,
	late: (waitedMs: number) => Error,
): Promise<void> {
	const { signal, since } = patience;
	const timeUp = new AbortController();
	const timer = setTimeout(
		() => timeUp.abort(late(Math.round(performance.now() - since))),
		Math.min(leftOf(patience), LONGEST_TIMER_MS),
	);
	try {
		await endedBy(signal === undefined ? timeUp.signal : AbortSignal.any([signal, timeUp.signal]), before);
	} finally {
		clearTimeout(timer);
	}
}
