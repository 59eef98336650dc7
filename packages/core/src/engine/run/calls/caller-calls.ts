import type { MigrateOptions } from "../../migrate-options.ts";
import { type AroundCalls, aroundCalls } from "./around-calls.ts";
import { type SourceCalls, sourceCalls } from "./source-calls.ts";

/** Calls of the caller's code that operations wait for. */
export interface CallerCalls {
	readonly source: SourceCalls;
	/** Missing where the caller has given none: most starts have nothing to do, and load no more than they need. */
	readonly around: AroundCalls | undefined;
}

export function callerCalls({ around }: Pick<MigrateOptions, "around">): CallerCalls {
	return { source: sourceCalls(), around: around && aroundCalls() };
}
