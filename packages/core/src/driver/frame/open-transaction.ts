import type { MigrationBody } from "../../body/migration-body.ts";
import { MigrateError } from "../../migrate-error.ts";
import type { ApplyOutcome, DriverTransaction } from "../driver.ts";
import { endedBy } from "../waiting/ended-by.ts";
import { callQueue } from "./call-queue.ts";
import type { InterruptibleBodies } from "./interruptible-bodies.ts";

/** The transaction of a driver, from the call that asks for it until that is over. */
export interface OpenTransaction {
	/**
	 * @throws MigrateError `ERR_IN_TRANSACTION` while there is one, waiting for its turn or open: its callback may wait for
	 *   whatever is called now, and that would wait for the callback.
	 */
	assertNone(): void;
	/** Runs a call of `transaction`. */
	hold<T>(call: () => Promise<T>): Promise<T>;
	/**
	 * Runs the caller's code, until the driver is closed.
	 *
	 * @param run Runs a body in the transaction.
	 * @throws What the code throws, else the first failure of a body that it has passed over.
	 */
	during<T>(
		run: (body: MigrationBody) => Promise<ApplyOutcome>,
		work: (transaction: DriverTransaction) => Promise<T>,
	): Promise<T>;
}

/** @param closing Ends the caller's code, which may never answer, with the signal's reason. */
export function openTransaction(name: string, bodies: InterruptibleBodies, closing: AbortSignal): OpenTransaction {
	let held = false;
	return {
		assertNone() {
			if (!held) return;
			const message = `a transaction of this driver of ${name} is under way; wait for its end, or use the handle that its callback is given`;
			throw new MigrateError("ERR_IN_TRANSACTION", message, undefined);
		},
		async hold(call) {
			held = true;
			try {
				return await call();
			} finally {
				held = false;
			}
		},
		async during(run, work) {
			closing.throwIfAborted();
			const queue = callQueue();
			let over = false;
			let failure: { readonly error: unknown } | undefined;
			async function runNext(body: MigrationBody): Promise<ApplyOutcome> {
				// The failure may have ended the transaction, and then what follows would be there for good.
				if (failure !== undefined) throw failure.error;
				try {
					return await run(bodies.wrap(body));
				} catch (error) {
					failure = { error };
					throw error;
				}
			}
			const handle: DriverTransaction = {
				run(body) {
					if (over) {
						return Promise.reject(new MigrateError("ERR_CLOSED", `this transaction of ${name} is over`, undefined));
					}
					const running = queue.run(() => runNext(body));
					// Whoever does not wait for it hears of it from the transaction.
					running.catch(() => {});
					return running;
				},
			};
			let result: Awaited<ReturnType<typeof work>>;
			try {
				result = await endedBy(closing, work(handle));
			} finally {
				over = true;
				// What the code has begun and not waited for belongs to the transaction.
				await queue.run(async () => {});
			}
			if (failure !== undefined) throw failure.error;
			return result;
		},
	};
}
