/** Settles as `promise` does, or rejects with the signal's reason when that comes first. */
export function endedBy<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		function abort(): void {
			reject(signal.reason);
		}
		if (signal.aborted) abort();
		else signal.addEventListener("abort", abort, { once: true });
		void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
	});
}
