import { cleanUpAfter } from "../../clean-up-after.ts";
import { isMigrateError, MigrateError } from "../../migrate-error.ts";
import { createTrace } from "../../trace.ts";
import type { Obstacle } from "../waiting/lock-timeout.ts";
import type { WaitOptions } from "../waiting/patience.ts";
import { waitForLock } from "../waiting/wait-for-lock.ts";

const trace = createTrace("godwit:driver");

/** `"again"`: an earlier attempt failed, and another call comes first now; `"closing"`: nothing follows. */
export type ReleaseReason = "asked" | "again" | "closing";

/** What is particular to the lock of one database. */
export interface LockPrimitives {
	/**
	 * Tries once, without waiting, to take the lock.
	 *
	 * @param attempt Counts from 0 in each call of `lock`.
	 * @returns What is in the way; `undefined` when the lock is taken.
	 */
	tryLock(options: WaitOptions, attempt: number): Promise<Obstacle | undefined>;
	/** Optional: called when the lock was taken; when it rejects, the lock is given back. */
	locked?(options: WaitOptions): Promise<void>;
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
	take(
		options: WaitOptions,
		call: (attempt: () => Promise<Obstacle | undefined>) => Promise<Obstacle | undefined>,
	): Promise<void>;
	/** @throws MigrateError `ERR_NOT_LOCKED`, and whatever the driver throws. */
	release(): Promise<void>;
	/** Tries once more to give back what could not be given back. Whoever called `unlock` was told of it. */
	settle(): Promise<void>;
	/** Gives the lock back, for good. */
	end(): Promise<void>;
}

export interface HeldLockOptions {
	readonly name: string;
	readonly primitives: () => LockPrimitives;
}

export function heldLock({ name, primitives }: HeldLockOptions): HeldLock {
	let state: "free" | "held" | "release failed" = "free";

	async function tryOnce(options: WaitOptions, attempt: number): Promise<Obstacle | undefined> {
		if (state === "held") {
			throw new MigrateError("ERR_LOCKED", `this instance holds the migration lock of ${name} already`, undefined);
		}
		await settle();
		const obstacle = await primitives().tryLock(options, attempt);
		if (obstacle !== undefined) return obstacle;
		state = "held";
		try {
			await primitives().locked?.(options);
		} catch (error) {
			throw await cleanUpAfter(error, () => releaseHeld("asked"));
		}
		trace("locked %s", name);
		return undefined;
	}

	async function releaseHeld(reason: ReleaseReason): Promise<void> {
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
			await releaseHeld(reason);
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
		take: (options, call) => waitForLock(name, options, (attempt) => call(() => tryOnce(options, attempt))),
		async release() {
			if (state === "free") {
				throw new MigrateError(
					"ERR_NOT_LOCKED",
					`this instance does not hold the migration lock of ${name}`,
					undefined,
				);
			}
			await releaseHeld("asked");
		},
		async end() {
			if (state === "held") await releaseHeld("closing");
			// Whoever called `unlock` was told.
			else await settle("closing");
		},
	};
}
