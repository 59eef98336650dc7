import { withBackoff } from "./backoff.ts";
import { lockTimeout, type Obstacle } from "./lock-timeout.ts";
import type { Patience } from "./patience.ts";

/** Long, since many may wait for one holder, whom each look can keep waiting. */
const LONGEST_PAUSE_MS = 250;

/**
 * Tries for a lock until nothing is in the way.
 *
 * @param name The database, for the error.
 * @param attempt Tries once. Its number counts from 0.
 * @throws MigrateError `ERR_LOCK_TIMEOUT`, which names what was in the way last; whatever `attempt` throws.
 */
export async function waitForLock(
	name: string,
	patience: Patience,
	attempt: (number: number) => Promise<Obstacle | undefined>,
): Promise<void> {
	let obstacle: Obstacle | undefined;
	let attempts = 0;
	await withBackoff(
		async () => {
			obstacle = await attempt(attempts++);
			return obstacle === undefined ? true : undefined;
		},
		{ ...patience, longestWaitMs: LONGEST_PAUSE_MS },
	);
	if (obstacle === undefined) return;
	const { owner, reason = `the migration lock is held by ${owner}` } = obstacle;
	throw lockTimeout({ owner, reason: `${name}: ${reason}` }, Math.round(performance.now() - patience.since));
}
