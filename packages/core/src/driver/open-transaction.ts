import type { MigrationBody } from "../body/migration-body.ts";
import { MigrateError } from "../migrate-error.ts";
import { callQueue } from "./call-queue.ts";
import type { ApplyOutcome, DriverTransaction } from "./driver.ts";
import type { InterruptibleBodies } from "./interruptible-bodies.ts";

/** The transaction of a driver, as long as code of the caller's runs in it. */
export interface OpenTransaction {
	/** @throws MigrateError `ERR_IN_TRANSACTION` while one is open: who waited for it from inside would wait for ever. */
	assertNone(): void;
	/**
	 * Runs the caller's code.
	 *
	 * @param run Runs a body in the transaction.
	 * @throws What the code throws, else the first failure of a body that it has passed over.
	 */
	during<T>(
		run: (body: MigrationBody) => Promise<ApplyOutcome>,
		work: (transaction: DriverTransaction) => Promise<T>,
	): Promise<T>;
}

export function openTransaction(name: string, bodies: InterruptibleBodies): OpenTransaction {
	let open = false;
	return {
		assertNone() {
			if (!open) return;
			const message = `a transaction of this driver of ${name} is open; use the handle that its callback is given`;
			throw new MigrateError("ERR_IN_TRANSACTION", message, undefined);
		},
		async during(run, work) {
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
			open = true;
			let result: Awaited<ReturnType<typeof work>>;
			try {
				result = await work(handle);
			} finally {
				over = true;
				// What the code has begun and not waited for belongs to the transaction.
				await queue.run(async () => {});
				open = false;
			}
			if (failure !== undefined) throw failure.error;
			return result;
		},
	};
}
