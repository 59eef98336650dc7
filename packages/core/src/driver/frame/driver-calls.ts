import { MigrateError } from "../../migrate-error.ts";
import { lockTimeout } from "../waiting/lock-timeout.ts";
import { type Patience, waitForTurn } from "../waiting/patience.ts";
import { callQueue } from "./call-queue.ts";
import { type InterruptibleBodies, interruptibleBodies } from "./interruptible-bodies.ts";
import { type OpenTransaction, openTransaction } from "./open-transaction.ts";

/** The calls of one driver: one at a time in their order, none after `close`, and none that would wait for itself. */
export interface DriverCalls {
	/** Aborts with what a call after `close` rejects with. */
	readonly closing: AbortSignal;
	readonly bodies: InterruptibleBodies;
	/** @throws MigrateError `ERR_CLOSED`, `ERR_IN_TRANSACTION`. */
	assertUsable(): void;
	/**
	 * Runs `work` when the calls before it are over.
	 *
	 * @param patience How long it may wait for them; by default as long as it takes.
	 * @throws MigrateError As `assertUsable`; `ERR_LOCK_TIMEOUT`.
	 */
	run<T>(work: () => Promise<T>, patience?: Patience): Promise<T>;
	/** As `run`, for one part of a call that was let in before: it also waits for a transaction that came after the call. */
	goOn<T>(work: () => Promise<T>, patience: Patience): Promise<T>;
	/** As `run`, for a call of `transaction`; whatever is called until it is over is refused. */
	runTransaction<T>(work: (during: OpenTransaction["during"]) => Promise<T>): Promise<T>;
	/** Ends what waits, bodies and the transaction, and runs `work` after all the calls. */
	end(work: () => Promise<void>): Promise<void>;
}

/** @param name The database, for messages. */
export function driverCalls(name: string): DriverCalls {
	const queue = callQueue();
	const controller = new AbortController();
	const closing = controller.signal;
	const bodies = interruptibleBodies();
	const transaction = openTransaction(name, bodies, closing);

	function assertUsable(): void {
		closing.throwIfAborted();
		transaction.assertNone();
	}

	function inTurn<T>(work: () => Promise<T>, patience?: Patience): Promise<T> {
		return queue.run(work, patience && ((before) => waitForTurn(before, patience, late)));
	}

	function late(waitedMs: number): MigrateError {
		const obstacle = { owner: "this instance", reason: `${name}: another call of this instance is under way` };
		return lockTimeout(obstacle, waitedMs);
	}

	return {
		closing,
		bodies,
		assertUsable,
		async run(work, patience) {
			assertUsable();
			return inTurn(work, patience);
		},
		async goOn(work, patience) {
			closing.throwIfAborted();
			return inTurn(work, patience);
		},
		async runTransaction(work) {
			assertUsable();
			return transaction.hold(() => inTurn(() => work(transaction.during)));
		},
		async end(work) {
			const reason = new MigrateError("ERR_CLOSED", `the driver of ${name} is closed`, undefined);
			// An error holds what called it, here the source and its list of files, until its stack is read.
			void reason.stack;
			controller.abort(reason);
			bodies.interrupt(reason);
			await queue.run(work);
		},
	};
}
