import { MigrateError } from "../../../migrate-error.ts";
import type { Source } from "../../../source/source.ts";

/**
 * Calls of a source's code, which an operation waits for. What that code asks of the same `Migrate` would wait for the operation,
 * and both for ever. What it asks before it waits for anything is seen here; what it asks later looks like any other
 * call that is made meanwhile.
 */
export interface SourceCalls {
	/** Calls the source's code, until that returns a promise. */
	during<T>(call: () => T): T;
	/** Returns the same source, whose methods are called by `during`. */
	wrapSource(source: Source): Source;
	/** @throws MigrateError `ERR_IN_OPERATION` when it is the source's code that asks. */
	assertNone(): void;
}

export function sourceCalls(): SourceCalls {
	let calls = 0;

	function during<T>(call: () => T): T {
		calls++;
		try {
			return call();
		} finally {
			calls--;
		}
	}

	return {
		during,
		wrapSource: (source) => ({
			location: source.location,
			versions: () => during(() => source.versions()),
			readUp: (version) => during(() => source.readUp(version)),
			readDown: (version) => during(() => source.readDown(version)),
			readSeal: () => during(async () => source.readSeal?.()),
			close: () => source.close(),
			[Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
		}),
		assertNone() {
			if (calls === 0) return;
			const message =
				"the source of this Migrate called it while an operation was reading from the source, so each would wait for the other; open another Migrate, or ask before the operation";
			throw new MigrateError("ERR_IN_OPERATION", message, undefined);
		},
	};
}
