import type { Machine } from "./machine.ts";
import type { Series } from "./statistics.ts";
import type { Verdict } from "./target.ts";

/** A workload that has been measured, as it is kept beside the page. */
export interface Result {
	readonly id: string;
	readonly title: string;
	readonly description: string;
	readonly remarks: readonly string[];
	/** Makes these numbers again. */
	readonly command: string;
	/** ISO 8601. */
	readonly measuredAt: string;
	readonly machine: Machine;
	readonly series: readonly Series[];
	readonly verdicts: readonly Verdict[];
}
