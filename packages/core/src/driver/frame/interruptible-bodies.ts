import { type MigrationBody, migrationBody } from "../../body/migration-body.ts";

/** Bodies whose reading can be ended from outside: who reads one waits for code of the caller's, which may never answer. */
export interface InterruptibleBodies {
	/** Returns the same for the same body twice in a row. */
	wrap(body: MigrationBody): MigrationBody;
	/** Makes the read that is waited for, and every later one, reject. */
	interrupt(reason: unknown): void;
}

/** One body is read at a time. */
export function interruptibleBodies(): InterruptibleBodies {
	let interrupted: { readonly reason: unknown } | undefined;
	/** Rejects the read that is waited for. */
	let reject: ((reason: unknown) => void) | undefined;
	/** The body that was wrapped last: `apply` and `run` get the same one. */
	let last: { readonly body: MigrationBody; readonly wrapped: MigrationBody } | undefined;

	function answer(of: () => Promise<IteratorResult<Uint8Array>>): Promise<IteratorResult<Uint8Array>> {
		if (interrupted !== undefined) return Promise.reject(interrupted.reason);
		// A race with one promise for all reads would keep each of them in memory.
		return new Promise((resolve, fail) => {
			reject = fail;
			of().then(resolve, fail);
		});
	}

	function inPieces(body: MigrationBody): AsyncIterable<Uint8Array> {
		return {
			[Symbol.asyncIterator]() {
				const chunks = body[Symbol.asyncIterator]();
				return {
					next: () => answer(() => chunks.next()),
					async return() {
						const close = async (): Promise<typeof END> => {
							await chunks.return?.();
							return END;
						};
						// A generator that does not answer does not close either.
						if (interrupted === undefined) return answer(close);
						close().catch(() => {});
						return END;
					},
				};
			},
		};
	}

	function whole(body: MigrationBody): Uint8Array | undefined {
		if (interrupted !== undefined) throw interrupted.reason;
		return body.whole?.();
	}

	return {
		wrap(body) {
			if (last?.body === body) return last.wrapped;
			const wrapped = migrationBody(() => inPieces(body), body.whole && (() => whole(body)));
			last = { body, wrapped };
			return wrapped;
		},
		interrupt(reason) {
			interrupted = { reason };
			reject?.(reason);
		},
	};
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
