import type { BenchContext } from "./bench-context.ts";
import type { Contender } from "./sample.ts";
import type { Target } from "./target.ts";

/** A job, who does it, and what the numbers should come to. */
export interface Workload {
	/** The letter or word that `--workload` takes. */
	readonly id: string;
	readonly title: string;
	/** What is measured, for the page. */
	description(context: BenchContext): string;
	/** How often, unless `--runs` says so. */
	readonly runs: number;
	/** Prepares the files and returns the contenders, in the order of the table. */
	contenders(context: BenchContext): Promise<readonly Contender[]>;
	readonly targets: readonly Target[];
	/** Who is missing and why, and what a reader must know to read the numbers. */
	readonly remarks: readonly string[];
}
