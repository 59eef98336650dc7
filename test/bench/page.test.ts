import { describe, expect, it } from "vitest";
import type { Machine } from "./machine.ts";
import { type Measured, page } from "./page.ts";
import type { Result } from "./result.ts";
import { timeTarget } from "./target.ts";
import type { Workload } from "./workload.ts";

const workload: Workload = {
	id: "x",
	title: "A job",
	description: () => "",
	runs: 9,
	targets: [timeTarget("godwit", "raw", { disk: 1.05, tmpfs: 1.25 })],
	remarks: ["raw is raw"],
	contenders: async () => [],
};

function result(fileSystem: string, loads: readonly number[], godwit: readonly number[]): Result {
	const machine: Machine = {
		...{ processor: "a processor", cores: 2, memoryGb: 8, system: "linux" },
		...{ fileSystem, versions: { node: "24.0.0" } },
	};
	return {
		...{
			id: "x",
			description: "What it does.",
			command: "pnpm bench --workload x",
			measuredAt: "2026-01-02T03:04:05Z",
		},
		...{ machine, loads },
		series: [
			{ name: "godwit", samples: godwit.map((milliseconds) => ({ milliseconds })) },
			{ name: "raw", samples: godwit.map(() => ({ milliseconds: 10 })) },
		],
	};
}

function written(...results: readonly Result[]): string {
	const measured: readonly Measured[] = [{ workload, results }];
	return page(measured);
}

describe("page", () => {
	it("has a row for each target on each storage, measured or not, met or missed", () => {
		const rows = (text: string): readonly string[] => text.split("\n").filter((line) => line.startsWith("| (x) "));

		expect(rows(written())).toEqual([
			"| (x) godwit against raw | disk | <= 1.05 |  |  |  |  |  | not measured |",
			"| (x) godwit against raw | tmpfs | <= 1.25 |  |  |  |  |  | not measured |",
		]);
		expect(rows(written(result("ext4", [0.5, 2, 1], [11, 12, 15])))).toEqual([
			"| (x) godwit against raw | disk | <= 1.05 | 1.20 | 1.10 to 1.50 | 1.20 | 3 | 0.5 to 2.0 | **missed** |",
			"| (x) godwit against raw | tmpfs | <= 1.25 |  |  |  |  |  | not measured |",
		]);
		expect(rows(written(result("tmpfs", [0.5, 2, 1], [11, 12, 15])))[1]).toBe(
			"| (x) godwit against raw | tmpfs | <= 1.25 | 1.20 | 1.10 to 1.50 | 1.20 | 3 | 0.5 to 2.0 | met |",
		);
	});

	it("has a section for each result, which names the file system, the load and the spread", () => {
		const text = written(result("ext4", [1, 1], [10, 20]), result("tmpfs", [3, 1], [10, 10]));

		expect(text).toContain("## (x) A job\n\nWhat it does.\n\n![Times of A job](benchmarks/x.svg)");
		expect(text).toContain(
			"## (x) A job, on a tmpfs\n\nWhat it does.\n\n![Times of A job, on a tmpfs](benchmarks/x-tmpfs.svg)",
		);
		expect(text).toContain("| godwit | 15 ms | 67 % | 2 |");
		expect(text).toContain("ext4, load 1.0 to 1.0. node 24.0.0.");
		expect(text).toContain("tmpfs, load 1.0 to 3.0. node 24.0.0.");
		expect(text).toContain(
			"- Met: godwit against raw <= 1.25; measured 1.00, 1.00 to 1.00 in 2 rounds; of the medians 1.00",
		);
	});

	it("says of a result from before the order was reversed that it was not", () => {
		expect(written(result("ext4", [1], [10]))).toContain("the same order in each round");
		expect(written(result("ext4", [1, 1], [10]))).not.toContain("the same order in each round");
	});
});
