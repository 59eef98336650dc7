import { MigrateError } from "../../migrate-error.ts";

/** Who or what keeps the lock from being taken. */
export interface Obstacle {
	/** For the error's details: `process 4711 on host web-1`. */
	readonly owner: string;
	/** For the error's message; default: that the migration lock is held by the owner. */
	readonly reason?: string;
}

/**
 * What whoever waits for a lock in vain is told.
 *
 * @param reason Names the database too.
 */
export function lockTimeout(
	{ owner, reason }: Required<Obstacle>,
	waitedMs: number,
	cause?: unknown,
): MigrateError<"ERR_LOCK_TIMEOUT"> {
	const message = `${reason}; waited ${waitedMs} ms. Try again, or raise the lock timeout`;
	return new MigrateError(
		"ERR_LOCK_TIMEOUT",
		message,
		{ waitedMs, owner },
		cause === undefined ? undefined : { cause },
	);
}
