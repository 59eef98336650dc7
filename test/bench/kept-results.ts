import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./chart.ts";
import { type Measured, page } from "./page.ts";
import { type Result, resultName, storageOfResult } from "./result.ts";
import type { Storage } from "./storage.ts";
import type { Workload } from "./workload.ts";
import { workloads } from "./workloads.ts";

const STORAGES: readonly Storage[] = ["disk", "tmpfs"];

/**
 * Results in the folder `benchmarks` of `home`, one JSON file for each workload and storage, and the page beside it.
 *
 * What the page says of a result follows from its runs, so that a new target is judged without a new measurement.
 */
export function keptResults(home: string): {
	keep(result: Result): void;
	/** Writes the charts and the page from all results there are. @returns The path of the page. */
	writePage(): string;
	read(): readonly Measured[];
} {
	const folder = join(home, "benchmarks");
	const path = join(home, "benchmarks.md");
	const read = (): readonly Measured[] =>
		workloads.map((workload) => ({ workload, results: STORAGES.flatMap((storage) => readResult(workload, storage)) }));
	return {
		read,
		keep(result) {
			mkdirSync(folder, { recursive: true });
			const file = join(folder, `${resultName(result.id, storageOfResult(result))}.json`);
			writeFileSync(file, `${JSON.stringify(result, figuresAlone, "\t")}\n`);
		},
		writePage() {
			mkdirSync(folder, { recursive: true });
			const measured = read();
			for (const { workload, results } of measured) {
				for (const result of results) {
					const file = join(folder, `${resultName(workload.id, storageOfResult(result))}.svg`);
					writeFileSync(file, chart(result.series, workload.title));
				}
			}
			writeFileSync(path, page(measured));
			return path;
		},
	};

	function readResult({ id }: Workload, storage: Storage): readonly Result[] {
		const file = join(folder, `${resultName(id, storage)}.json`);
		return existsSync(file) ? [JSON.parse(readFileSync(file, "utf8")) as Result] : [];
	}
}

/** What a command printed is for whoever looks for a failure; it names folders of the machine. */
function figuresAlone(key: string, value: unknown): unknown {
	return key === "output" ? undefined : value;
}
