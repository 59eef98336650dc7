import { cleanUpAfter } from "../../clean-up-after.ts";
import { MigrateError } from "../../migrate-error.ts";
import type { Driver, LockOptions } from "../driver.ts";
import type { DriverPrimitives } from "../driver-primitives.ts";
import type { VersionChange } from "../version-state.ts";
import { patienceOf, type WaitOptions } from "../waiting/patience.ts";
import { assertChange } from "./assert-change.ts";
import { driverCalls } from "./driver-calls.ts";
import { heldLock, type LockState } from "./held-lock.ts";
import { optionalMethods } from "./optional-methods.ts";

export interface DriverOptions {
	/** The database, for messages: `app.db`. Without secrets. */
	readonly name: string;
	/** How long `lock` and `version` wait when their caller does not say, in milliseconds. Default 15,000. */
	readonly lockTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Makes a driver of what is particular to its database.
 *
 * Calls that overlap run one after the other. A `lock` that waits lets others through, and `close` ends it. Nothing waits
 * for itself: from the call of `transaction` until it is over, a call of the driver itself is `ERR_IN_TRANSACTION`, and
 * `close` rolls the transaction back, whether its `work` answers or not. A body must not wait for the driver that reads it;
 * `close` ends that too.
 *
 * @param define Is given the state of the lock.
 */
export function defineDriver<P extends DriverPrimitives>(
	{ name, lockTimeoutMs = DEFAULT_TIMEOUT_MS }: DriverOptions,
	define: (lock: LockState) => P,
): DriverOf<P> {
	const lock = heldLock({ name, primitives: () => database });
	const database: DriverPrimitives = define(lock);
	const calls = driverCalls(name);
	const { bodies, closing } = calls;
	let closed: Promise<void> | undefined;

	/** Does first what an earlier `unlock` has left to do. */
	function settled<T>(work: () => Promise<T>): () => Promise<T> {
		return async () => {
			if (lock.kept && !lock.held) await lock.settle();
			return work();
		};
	}

	async function underLock<T>(work: () => Promise<T>): Promise<T> {
		if (lock.held) return work();
		throw new MigrateError("ERR_NOT_LOCKED", `${name} is copied and replaced under the lock; take it first`, undefined);
	}

	async function changing<T>(change: VersionChange, work: () => Promise<T>): Promise<T> {
		assertChange(change);
		return calls.run(settled(work));
	}

	async function end(): Promise<void> {
		try {
			await lock.end();
		} catch (error) {
			throw await cleanUpAfter(error, () => database.close());
		}
		await database.close();
	}

	/** Runs a read that may have to wait for whoever migrates the database. */
	async function reading<T>(options: LockOptions, read: (options: WaitOptions) => Promise<T>): Promise<T> {
		const patience = patienceOf(options, lockTimeoutMs, closing);
		return calls.run(
			settled(() => read({ ...options, ...patience })),
			patience,
		);
	}

	const driver: Driver = {
		async lock(options = {}) {
			calls.assertUsable();
			const patience = patienceOf(options, lockTimeoutMs, closing);
			await lock.take({ ...options, ...patience }, (attempt) => calls.goOn(attempt, patience));
		},
		unlock: () => calls.run(lock.release),
		version: (options = {}) => reading(options, database.version),
		setVersion: (change) => changing(change, () => database.setVersion(change)),
		run: (body) => calls.run(settled(() => database.run(bodies.wrap(body)))),
		drop: () => calls.run(settled(() => database.drop())),
		async close() {
			// Its failure is for one caller to hear.
			if (closed !== undefined) return closed.catch(() => {});
			closed = calls.end(end);
			return closed;
		},
		[Symbol.asyncDispose]: () => driver.close(),
	};
	return Object.assign(
		driver,
		optionalMethods(database, { calls, settled, reading, changing, underLock }),
	) as DriverOf<P>;
}

/** A driver that has the optional methods that its primitives have. */
export type DriverOf<P> = Driver & Required<Pick<Driver, Extract<keyof P, keyof Driver>>>;
