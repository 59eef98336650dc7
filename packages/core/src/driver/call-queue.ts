/** Calls that share a connection, and its transaction: one at a time, in their order. */
export interface CallQueue {
	/** Runs `work` when all that came before is over, whatever became of it. */
	run<T>(work: () => Promise<T>): Promise<T>;
}

export function callQueue(): CallQueue {
	/** Settles when the call that the next one waits for is over; never rejects. */
	let last: Promise<void> | undefined;
	return {
		async run(work) {
			const before = last;
			const over = Promise.withResolvers<void>();
			last = over.promise;
			if (before !== undefined) await before;
			try {
				return await work();
			} finally {
				if (last === over.promise) last = undefined;
				over.resolve();
			}
		},
	};
}
