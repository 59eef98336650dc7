import type { Machine } from "./machine.ts";
import type { Series } from "./statistics.ts";
import { type Storage, storageOf } from "./storage.ts";

/** A workload that has been measured on one storage, as it is kept beside the page. */
export interface Result {
	readonly id: string;
	readonly description: string;
	/** Makes these numbers again. */
	readonly command: string;
	/** ISO 8601. */
	readonly measuredAt: string;
	readonly machine: Machine;
	/** Processes that wanted to run, averaged over a minute, when each round began; the first alone in older results. */
	readonly loads: readonly number[];
	readonly series: readonly Series[];
}

export function storageOfResult({ machine }: Result): Storage {
	return storageOf(machine.fileSystem);
}

/** The name of a result's files without their ending: `a` for a disk, `a-tmpfs` for a tmpfs. */
export function resultName(id: string, storage: Storage): string {
	return storage === "disk" ? id : `${id}-${storage}`;
}
