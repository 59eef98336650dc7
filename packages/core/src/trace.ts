/** Publishes a line of a trace. `%s`, `%d` and `%o` in the format stand for the arguments; the sink fills them in. */
export type Trace = (format: string, ...args: readonly unknown[]) => void;

/**
 * Hears traces. It is called synchronously, at the place that is traced. What it throws changes nothing there: it is printed
 * with `console.error`, and ends the traces, see `setTraceSink`.
 *
 * @param namespace Which part speaks, such as `godwit:sqlite`.
 */
export type TraceSink = (namespace: string, format: string, args: readonly unknown[]) => void;

/** On the global object, so that all copies of this package share one sink, whichever of them was given it. */
const SINK = Symbol.for("@godwit/core/traceSink");

const shared = globalThis as { [SINK]?: TraceSink | undefined };

/** Makes the trace of one part. Without a sink a line costs a call: it is neither formatted nor kept. */
export function createTrace(namespace: string): Trace {
	return (format, ...args) => {
		try {
			shared[SINK]?.(namespace, format, args);
		} catch (error) {
			shared[SINK] = undefined;
			// A trace may be anywhere, also between the lock that was taken and the note that it is held. So nobody can be told there.
			// biome-ignore lint/suspicious/noConsole: there is nowhere else to say it
			console.error("godwit: the trace sink has failed, so there are no more traces:", error);
		}
	};
}

/**
 * Sends all traces to `sink`, in place of the sink there was; `undefined` ends them.
 *
 * There is one sink for a JavaScript realm (a page, a process, a worker thread), also where several copies of this
 * package were loaded. It hears what happens from now on: lines published before are gone.
 *
 * @throws TypeError When `sink` is neither a function nor `undefined`; the sink there was stays.
 */
export function setTraceSink(sink: TraceSink | undefined): void {
	// Later it would end a migration in its midst.
	if (sink !== undefined && typeof sink !== "function") {
		throw new TypeError(`a trace sink is a function, or undefined to end the traces, not ${typeof sink}`);
	}
	shared[SINK] = sink;
}

/** Returns the sink that was set last, by any copy of this package; `undefined` when traces go nowhere. */
export function traceSink(): TraceSink | undefined {
	return shared[SINK];
}
