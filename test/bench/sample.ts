/** What one run of a contender took. */
export interface Sample {
	/** Wall-clock time of the job alone, or of the whole command where a workload says so. */
	readonly milliseconds: number;
	/** User and system time, where the contender's process can tell. */
	readonly cpuMilliseconds?: number | undefined;
	/** Peak resident memory of the contender's process, in MB of 10^6 bytes, where the system tells (Linux: VmHWM). */
	readonly peakRssMb?: number | undefined;
	/** Says how it ended, when it did not end as it should. */
	readonly note?: string | undefined;
}

/** One way to do the job of a workload. */
export interface Contender {
	readonly name: string;
	/** Does the job once, from the same start each time. What belongs to the preparation is not in the sample. */
	run(): Promise<Sample>;
	/** Runs in the first round only: too slow to be repeated, and nothing is compared with it. */
	readonly once?: boolean;
}
