import { formatPercent, formatTime, table } from "./format.ts";
import { type Result, resultName, storageOfResult } from "./result.ts";
import { median, peakRss, type Series, spread, times } from "./statistics.ts";
import { judge, type Unit, type Verdict } from "./target.ts";
import type { Workload } from "./workload.ts";

/** A workload and what was measured of it, one result for each storage at the most. */
export interface Measured {
	readonly workload: Workload;
	readonly results: readonly Result[];
}

const INTRODUCTION = `# Benchmarks

Written by \`pnpm bench\`; do not edit. The numbers behind it are in [benchmarks/](benchmarks), one JSON file for each
workload and storage with every run in it. \`pnpm bench --page\` writes this page from them again.

In each workload the contenders run in turn, A B C, C B A, A B C, after a round that does not count. The time is the median;
the spread is the slowest run less the fastest, as a part of the median. A target is judged by the median of the ratios
within each round, which a machine that slows down disturbs least; the lowest and the highest of these ratios and the ratio
of the medians stand beside it. godwit is measured as a user has it: compiled, packed and installed from its archives.
Memory is the peak resident set of the process. Databases lie on a disk, or where it says so on a tmpfs, where no commit
waits for the disk: \`--folder\` names another folder for them. The load is the number of processes that wanted to run,
averaged over a minute.`;

const SAME_ORDER = `Where the load is told at the start alone, the contenders ran in the same order in each round.`;

/** Writes the page from all results there are. */
export function page(measured: readonly Measured[]): string {
	const sections = measured.flatMap(({ workload, results }) => results.map((result) => section(workload, result)));
	const older = measured.some(({ results }) => results.some(({ loads }) => loads.length === 1));
	const introduction = older ? `${INTRODUCTION}\n${SAME_ORDER}` : INTRODUCTION;
	return [introduction, targets(measured), memory(measured), ...sections].join("\n\n").concat("\n");
}

/** Says in a line what a target came to. */
export function formatVerdict({ promise, limit, unit, measurement, met }: Verdict): string {
	const wanted = `${promise} <= ${amount(limit, unit)}`;
	if (measurement === undefined) return `**Not measured**: ${wanted}`;
	const { value, pairs } = measurement;
	const range =
		pairs === undefined
			? ""
			: `, ${pairs.lowest.toFixed(2)} to ${pairs.highest.toFixed(2)} in ${pairs.rounds} rounds; of the medians ${pairs.ofMedians.toFixed(2)}`;
	return `${met ? "Met" : "**Missed**"}: ${wanted}; measured ${amount(value, unit)}${range}`;
}

function targets(measured: readonly Measured[]): string {
	const rows = measured.flatMap(({ workload, results }) =>
		workload.targets.flatMap((target) =>
			(["disk", "tmpfs"] as const).flatMap((storage) => {
				const result = results.find((one) => storageOfResult(one) === storage);
				const verdict = judge(target, storage, result?.series ?? []);
				return verdict === undefined ? [] : [targetRow(workload.id, verdict, result)];
			}),
		),
	);
	const head = ["target", "on", "limit", "measured", "pairs", "of medians", "rounds", "load", ""];
	return `## Targets\n\n${table(head, rows)}`;
}

function targetRow(id: string, verdict: Verdict, result: Result | undefined): readonly string[] {
	const { promise, storage, limit, unit, measurement, met } = verdict;
	const start = [`(${id}) ${promise}`, storage, `<= ${amount(limit, unit)}`];
	if (measurement === undefined || result === undefined) return [...start, "", "", "", "", "", "not measured"];
	const { value, pairs } = measurement;
	return [
		...start,
		amount(value, unit),
		pairs === undefined ? "" : `${pairs.lowest.toFixed(2)} to ${pairs.highest.toFixed(2)}`,
		pairs === undefined ? "" : pairs.ofMedians.toFixed(2),
		pairs === undefined ? "" : String(pairs.rounds),
		formatLoads(result.loads),
		met ? "met" : "**missed**",
	];
}

function memory(measured: readonly Measured[]): string {
	const rows = measured.flatMap(({ workload, results }) =>
		results.flatMap((result) =>
			result.series
				.filter(({ name }) => name.startsWith("godwit"))
				.map((one) => [`(${workload.id}) ${one.name}${place(result)}`, formatMemory(one)])
				.filter(([, peak]) => peak !== ""),
		),
	);
	return `## Memory\n\nThe peak of godwit in each workload; the others' are in the tables below.\n\n${table(["workload", "peak"], rows)}`;
}

function section({ id, title, remarks, targets }: Workload, result: Result): string {
	const { description, command, measuredAt, machine, loads, series } = result;
	const { processor, cores, memoryGb, system, fileSystem } = machine;
	const storage = storageOfResult(result);
	const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
	const verdicts = targets.map((target) => judge(target, storage, series)).filter((verdict) => verdict !== undefined);
	const parts = [
		`## (${id}) ${title}${place(result)}`,
		description,
		`![Times of ${title}${place(result)}](benchmarks/${resultName(id, storage)}.svg)`,
		table(
			["", "median", "spread", "runs", "processor time", "peak memory", ""],
			series.filter(({ samples }) => samples.length > 0).map(row),
		),
	];
	if (verdicts.length > 0) parts.push(verdicts.map((verdict) => `- ${formatVerdict(verdict)}`).join("\n"));
	if (remarks.length > 0) parts.push(remarks.map((remark) => `- ${remark}`).join("\n"));
	parts.push(
		`\`${command}\`, ${measuredAt.slice(0, 10)}, ${processor}, ${cores} cores, ${memoryGb} GB, ${system}, ${fileSystem}, load ${formatLoads(loads)}. ${versions.join(", ")}.`,
	);
	return parts.join("\n\n");
}

function row(one: Series): readonly string[] {
	const cpu = one.samples.map(({ cpuMilliseconds }) => cpuMilliseconds).filter((time) => time !== undefined);
	const notes = new Set(one.samples.map(({ note }) => note).filter((note) => note !== undefined));
	return [
		one.name,
		formatTime(median(times(one))),
		formatPercent(spread(times(one))),
		String(one.samples.length),
		cpu.length === 0 ? "" : formatTime(median(cpu)),
		formatMemory(one),
		[...notes].join("; "),
	];
}

function place(result: Result): string {
	return storageOfResult(result) === "disk" ? "" : ", on a tmpfs";
}

function formatLoads(loads: readonly number[]): string {
	const [lowest, highest] = [Math.min(...loads), Math.max(...loads)];
	return loads.length === 1 ? `${lowest.toFixed(1)} at the start` : `${lowest.toFixed(1)} to ${highest.toFixed(1)}`;
}

function formatMemory(one: Series): string {
	const peak = peakRss(one);
	return peak === undefined ? "" : `${peak.toFixed(0)} MB`;
}

function amount(value: number, unit: Unit): string {
	switch (unit) {
		case "MB":
			return `${value.toFixed(0)} MB`;
		case "ms":
			return `${value.toFixed(1)} ms`;
		case "times":
			return value.toFixed(2);
	}
}
