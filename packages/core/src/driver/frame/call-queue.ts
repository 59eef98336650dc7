/** Calls that share a connection, and its transaction: one at a time, in their order. */
export interface CallQueue {
	/**
	 * Runs `work` when all that came before is over, whatever became of it.
	 *
	 * @param wait Waits until what came before is over. When it rejects, `work` is not run, and the call rejects alike.
	 */
	run<T>(work: () => Promise<T>, wait?: (before: Promise<void>) => Promise<void>): Promise<T>;
}

export function callQueue(): CallQueue {
	/** Settles when the call that the next one waits for is over; never rejects. */
	let last: Promise<void> | undefined;
	return {
		async run(work, wait = (before) => before) {
			const before = last;
			const over = Promise.withResolvers<void>();
			last = over.promise;
			function end(): void {
				if (last === over.promise) last = undefined;
				over.resolve();
			}
			if (before !== undefined) {
				try {
					await wait(before);
				} catch (error) {
					// Whoever comes next still waits for what came before.
					void before.then(end);
					throw error;
				}
			}
			try {
				return await work();
			} finally {
				end();
			}
		},
	};
}
