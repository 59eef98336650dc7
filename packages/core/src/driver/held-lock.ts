import { cleanUpAfter } from "../clean-up-after.ts";
import { isMigrateError, MigrateError } from "../migrate-error.ts";
import { createTrace } from "../trace.ts";
import { withBackoff } from "./backoff.ts";
import type { LockOptions } from "./driver.ts";

const trace = createTrace("godwit:driver");

const DEFAULT_TIMEOUT_MS = 15_000;

/** Long, since many may wait for one holder, whom each look can keep waiting. */
const LONGEST_PAUSE_MS = 250;

/** Who or what keeps the lock from being taken. */
export interface Obstacle {
	/** For the error's details: `process 4711 on host web-1`. */
	readonly owner: string;
	/** For the error's message; default: that the migration lock is held by the owner. */
	readonly reason?: string;
}

/** `"again"`: an earlier attempt failed, and another call comes first now; `"closing"`: nothing follows. */
export type ReleaseReason = "asked" | "again" | "closing";

/** What is particular to the lock of one database. */
export interface LockPrimitives {
	/** Tries once, without waiting, to take the lock. @returns What is in the way; `undefined` when the lock is taken. */
	tryLock(options: LockOptions): Promise<Obstacle | undefined>;
	/** Optional: called when the lock was taken; when it rejects, the lock is given back. */
	locked?(options: LockOptions): Promise<void>;
	/**
	 * Gives the lock back.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when it is somebody else's. After anything else it is called again.
	 */
	releaseLock(reason: ReleaseReason): Promise<void>;
}

/** The migration lock as one driver holds it. */
export interface LockState {
	/** From `lock` to `unlock`. */
	readonly held: boolean;
	/** Held, or not given back yet since that failed. */
	readonly kept: boolean;
}

export interface HeldLock extends LockState {
	/** Takes the lock, and waits for it. @param call Runs one attempt between other calls. */
	take(options: LockOptions, call: <T>(work: () => Promise<T>) => Promise<T>): Promise<void>;
	/** @throws MigrateError `ERR_NOT_LOCKED`, and whatever the driver throws. */
	release(): Promise<void>;
	/** Tries once more to give back what could not be given back. Whoever called `unlock` was told of it. */
	settle(): Promise<void>;
	/** Gives the lock back, for good. */
	end(): Promise<void>;
}

export interface HeldLockOptions {
	readonly name: string;
	readonly timeoutMs: number | undefined;
	readonly primitives: () => LockPrimitives;
}

export function heldLock({
	name,
	timeoutMs: ownTimeoutMs = DEFAULT_TIMEOUT_MS,
	primitives,
}: HeldLockOptions): HeldLock {
	let state: "free" | "held" | "release failed" = "free";

	async function tryOnce(options: LockOptions): Promise<Obstacle | undefined> {
		if (state === "held") {
			throw new MigrateError("ERR_LOCKED", `this instance holds the migration lock of ${name} already`, undefined);
		}
		await settle();
		const obstacle = await primitives().tryLock(options);
		if (obstacle !== undefined) return obstacle;
		state = "held";
		try {
			await primitives().locked?.(options);
		} catch (error) {
			throw await cleanUpAfter(error, () => giveBack("asked"));
		}
		trace("locked %s", name);
		return undefined;
	}

	async function giveBack(reason: ReleaseReason): Promise<void> {
		state = "release failed";
		try {
			await primitives().releaseLock(reason);
		} catch (error) {
			if (isMigrateError(error, "ERR_LOCK_LOST")) state = "free";
			throw error;
		}
		state = "free";
		trace("unlocked %s", name);
	}

	async function settle(reason: ReleaseReason = "again"): Promise<void> {
		if (state !== "release failed") return;
		try {
			await giveBack(reason);
		} catch (error) {
			trace("the lock of %s still cannot be given back: %s", name, error);
		}
	}

	return {
		get held() {
			return state === "held";
		},
		get kept() {
			return state !== "free";
		},
		settle: () => settle(),
		async take({ timeoutMs = ownTimeoutMs, ...options }, call) {
			const start = performance.now();
			let obstacle: Obstacle | undefined;
			await withBackoff(
				async () => {
					obstacle = await call(() => tryOnce(options));
					return obstacle === undefined ? true : undefined;
				},
				{ timeoutMs, longestWaitMs: LONGEST_PAUSE_MS, signal: options.signal },
			);
			if (obstacle !== undefined) throw lockTimeout(name, obstacle, Math.round(performance.now() - start));
		},
		async release() {
			if (state === "free") {
				throw new MigrateError(
					"ERR_NOT_LOCKED",
					`this instance does not hold the migration lock of ${name}`,
					undefined,
				);
			}
			await giveBack("asked");
		},
		async end() {
			if (state === "held") await giveBack("closing");
			// Whoever called `unlock` was told.
			else await settle("closing");
		},
	};
}

/** What whoever waits for a lock in vain is told. */
export function lockTimeout(name: string, obstacle: Obstacle, waitedMs: number): MigrateError<"ERR_LOCK_TIMEOUT"> {
	const { owner, reason = `the migration lock is held by ${owner}` } = obstacle;
	const message = `${name}: ${reason}; waited ${waitedMs} ms. Try again, or raise the lock timeout`;
	return new MigrateError("ERR_LOCK_TIMEOUT", message, { waitedMs, owner });
}
