export interface BackoffOptions {
	/** How long to go on, in milliseconds, counted by a clock that is never set back. 0 tries once. */
	readonly timeoutMs: number;
	/** From when on that counts, by `performance.now()`. Default: the end of the first attempt. */
	readonly since?: number;
	/** The longest pause between two attempts, in milliseconds. Default 100. */
	readonly longestWaitMs?: number;
	/** Ends the waiting at once. */
	readonly signal?: AbortSignal | undefined;
}

const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 100;

/**
 * Calls `attempt` until it returns something, waiting on the event loop in between: exponential from 1 ms on, with
 * full jitter so that many waiters do not come back together.
 *
 * @returns What the attempt returned, or `undefined` when the time was up.
 * @throws The signal's reason, or whatever the attempt throws.
 */
export async function withBackoff<T>(
	attempt: () => Promise<T | undefined> | T | undefined,
	{ timeoutMs, since, longestWaitMs = LONGEST_WAIT_MS, signal }: BackoffOptions,
): Promise<T | undefined> {
	let deadline: number | undefined;
	signal?.throwIfAborted();
	for (let longest = FIRST_WAIT_MS; ; longest = Math.min(2 * longest, longestWaitMs)) {
		const result = await attempt();
		if (result !== undefined) return result;
		signal?.throwIfAborted();
		// Asked late: most first attempts succeed, and the clock is a module that has to be loaded.
		deadline ??= (since ?? performance.now()) + timeoutMs;
		const left = deadline - performance.now();
		if (left <= 0) return undefined;
		await wait(Math.min(left, Math.random() * longest), signal);
	}
}

/** Waits on the event loop. @throws The signal's reason. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			signal?.removeEventListener("abort", abort);
			resolve();
		}, milliseconds);
		function abort(): void {
			clearTimeout(timer);
			reject(signal?.reason);
		}
		signal?.addEventListener("abort", abort, { once: true });
	});
}
