import { type AroundCalls, aroundCalls } from "./around-calls.ts";
import { type SourceCalls, sourceCalls } from "./source-calls.ts";

/** Calls of the caller's code that operations wait for. */
export interface CallerCalls {
	readonly source: SourceCalls;
	readonly around: AroundCalls;
}

export function callerCalls(): CallerCalls {
	return { source: sourceCalls(), around: aroundCalls() };
}
