import type { MigrateOptions } from "../../migrate-options.ts";
import { type AroundCalls, aroundCalls } from "./around-calls.ts";
import { type SourceCalls, sourceCalls } from "./source-calls.ts";

/** Calls of the caller's code that operations wait for. */
export interface CallerCalls {
	readonly source: SourceCalls;
	readonly around: AroundCalls;
}

/** @param around Whether the caller has given one. */
export function callerCalls({ around }: Pick<MigrateOptions, "around">): CallerCalls {
	return { source: sourceCalls(), around: around === undefined ? NO_AROUND : aroundCalls() };
}

/** Of a caller who gives none: most starts have nothing to do, and load no more than they need. */
const NO_AROUND: AroundCalls = {
	surround: (_, __, run) => run(),
	assertNone() {},
	wait: (before) => before,
	end() {},
};
