import type { MigrationBody } from "../body/migration-body.ts";
import { cleanUpAfter } from "../clean-up-after.ts";
import { MigrateError } from "../migrate-error.ts";
import { callQueue } from "./call-queue.ts";
import type {
	ApplyOutcome,
	Driver,
	DriverHistory,
	DriverTransaction,
	FoundVersion,
	LockOptions,
	RecordedHistory,
	VersionChange,
} from "./driver.ts";
import { heldLock, type LockPrimitives, type LockState } from "./held-lock.ts";
import { interruptibleBodies } from "./interruptible-bodies.ts";
import { openTransaction } from "./open-transaction.ts";

/**
 * What is particular to one database, as functions that use no `this`. One of them is called at a time, and none after
 * `close`.
 *
 * All else that `Driver` promises is written once, in `defineDriver`: the order of calls, waiting for the lock, and what it
 * means to be closed, locked and in a transaction.
 */
export interface DriverPrimitives extends LockPrimitives {
	/** As `Driver.version`; `close` ends its waiting by the signal. */
	version(options: LockOptions): Promise<FoundVersion>;
	/** As `Driver.setVersion`. */
	setVersion(change: VersionChange): Promise<void>;
	/** As `Driver.run`. */
	run(body: MigrationBody): Promise<void>;
	/** As `Driver.apply`. */
	apply?(body: MigrationBody, change: VersionChange): Promise<ApplyOutcome>;
	/** As `Driver.transaction`; `work` is given what runs a body in it, see `DriverTransaction.run`. */
	transaction?<T>(
		change: VersionChange,
		work: (run: (body: MigrationBody) => Promise<ApplyOutcome>) => Promise<T>,
	): Promise<T>;
	/** As `Driver.lastToken`. */
	lastToken?(): Promise<string | undefined>;
	/** As `Driver.history`; `close` ends the waiting of `read` by the signal. */
	readonly history?: Omit<DriverHistory, "read"> & { read(options: LockOptions): Promise<RecordedHistory> };
	/** As `Driver.drop`. */
	drop(): Promise<void>;
	/** Releases the connection, after the lock was given back as far as that was possible. */
	close(): Promise<void>;
}

export interface DriverOptions {
	/** The database, for messages: `app.db`. Without secrets. */
	readonly name: string;
	/** How long `lock` waits when its caller does not say, in milliseconds. Default 15,000. */
	readonly lockTimeoutMs?: number;
}

/**
 * Makes a driver of what is particular to its database.
 *
 * Calls that overlap run one after the other. A `lock` that waits lets others through, and `close` ends it. Nothing waits
 * for itself: while `work` of `transaction` runs, a call of the driver itself is `ERR_IN_TRANSACTION`, and `close` then
 * takes place when the transaction is over. A body must not wait for the driver that reads it; `close` ends that too.
 *
 * @param define Is given the state of the lock.
 */
export function defineDriver<P extends DriverPrimitives>(
	{ name, lockTimeoutMs }: DriverOptions,
	define: (lock: LockState) => P,
): DriverOf<P> {
	const lock = heldLock({ name, timeoutMs: lockTimeoutMs, primitives: () => database });
	const database: DriverPrimitives = define(lock);
	const queue = callQueue();
	const closing = new AbortController();
	const bodies = interruptibleBodies();
	const transaction = openTransaction(name, bodies);
	let closed: Promise<void> | undefined;
	let told = false;

	async function call<T>(work: () => Promise<T>): Promise<T> {
		closing.signal.throwIfAborted();
		transaction.assertNone();
		return queue.run(work);
	}

	/** In code without types. */
	async function changing<T>(change: VersionChange, work: () => Promise<T>): Promise<T> {
		if (typeof change?.version === "bigint" && typeof change.dirty === "boolean") return settled(work);
		throw new TypeError("a change of the version is { version: bigint, dirty: boolean }, and more, see VersionChange");
	}

	/** Does first what an earlier `unlock` has left to do. */
	function settled<T>(work: () => Promise<T>): Promise<T> {
		return call(async () => {
			if (lock.kept && !lock.held) await lock.settle();
			return work();
		});
	}

	/** `close` ends every waiting. */
	function waiting(options: LockOptions): LockOptions {
		const { signal } = options;
		return { ...options, signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]) };
	}

	async function end(): Promise<void> {
		const reason = new MigrateError("ERR_CLOSED", `the driver of ${name} is closed`, undefined);
		closing.abort(reason);
		bodies.interrupt(reason);
		await queue.run(async () => {
			try {
				await lock.end();
			} catch (error) {
				throw await cleanUpAfter(error, () => database.close());
			}
			await database.close();
		});
	}

	const driver: { -readonly [K in keyof Driver]: Driver[K] } = {
		lock: async (options = {}) => lock.take(waiting(options), call),
		unlock: () => call(lock.release),
		version: (options = {}) => settled(() => database.version(waiting(options))),
		setVersion: (change) => changing(change, () => database.setVersion(change)),
		run: (body) => settled(() => database.run(bodies.wrap(body))),
		drop: () => settled(() => database.drop()),
		async close() {
			closed ??= end();
			// Its failure is for one caller to hear, the first that does not ask from inside a transaction.
			const quietly = closed.catch(() => {});
			transaction.assertNone();
			if (told) return quietly;
			told = true;
			return closed;
		},
		[Symbol.asyncDispose]: () => driver.close(),
	};
	const { apply, transaction: begin, lastToken } = database;
	if (apply !== undefined) driver.apply = (body, change) => changing(change, () => apply(bodies.wrap(body), change));
	if (begin !== undefined) {
		driver.transaction = <T>(change: VersionChange, work: (transaction: DriverTransaction) => Promise<T>) =>
			changing(change, () => begin<T>(change, (run) => transaction.during(run, work)));
	}
	if (lastToken !== undefined) driver.lastToken = () => call(lastToken);
	const { history } = database;
	if (history !== undefined) {
		driver.history = {
			keepsTexts: history.keepsTexts,
			read: (options = {}) => settled(() => history.read(waiting(options))),
			texts: (id) => settled(() => history.texts(id)),
		};
	}
	return driver as DriverOf<P>;
}

type Optional = "apply" | "transaction" | "lastToken" | "history";

/** A driver that has the optional methods that its primitives have. */
export type DriverOf<P> = Driver & Required<Pick<Driver, Extract<keyof P, Optional>>>;
