/** Calls that share a connection, and its transaction: one at a time, in their order. */
export interface CallQueue {
	/** Runs `work` when all that came before is over, whatever became of it. */
	run<T>(work: () => Promise<T>): Promise<T>;
}

export function callQueue(): CallQueue {
	/** The call that the next one waits for. */
	let last: Promise<unknown> | undefined;
	return {
		async run(work) {
			const turn = last === undefined ? work() : last.then(work);
			const over = turn.then(ignore, ignore);
			last = over;
			try {
				return await turn;
			} finally {
				if (last === over) last = undefined;
			}
		},
	};
}

function ignore(): void {}
