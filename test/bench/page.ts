import { formatPercent, formatTime, table } from "./format.ts";
import type { Result } from "./result.ts";
import { median, peakRss, type Series, spread, times } from "./statistics.ts";
import type { Verdict } from "./target.ts";

const INTRODUCTION = `# Benchmarks

Written by \`pnpm bench\`; do not edit. The numbers behind it are in [benchmarks/](benchmarks), one JSON file for each
workload with every run in it.

In each workload the contenders run in turn, A B C A B C, after a round that does not count. The time is the median;
the spread is the slowest run less the fastest, as a part of the median. A target is judged by the ratio of the medians;
the median of the ratios in each round stands beside it, which a machine that slows down disturbs less. godwit is measured as a user has it:
compiled, packed and installed from its archives. Memory is the peak resident set of the process. Databases lie on a disk.`;

/** Writes the page from all results there are. */
export function page(results: readonly Result[]): string {
	const sections = results.map(section);
	return [INTRODUCTION, targets(results), memory(results), ...sections].join("\n\n").concat("\n");
}

function targets(results: readonly Result[]): string {
	const rows = results.flatMap(({ id, verdicts }) =>
		verdicts.map((verdict) => [
			`(${id}) ${verdict.promise}`,
			`<= ${limit(verdict)}`,
			verdict.measured === null ? "not measured" : amount(verdict.measured, verdict.unit),
			verdict.ofPairs === null || verdict.unit === "MB" ? "" : amount(verdict.ofPairs, verdict.unit),
			verdict.met ? "met" : "**missed**",
		]),
	);
	return `## Targets\n\n${table(["target", "limit", "measured", "of pairs", ""], rows)}`;
}

function memory(results: readonly Result[]): string {
	const rows = results.flatMap(({ id, series }) =>
		series
			.filter(({ name }) => name.startsWith("godwit"))
			.map((one) => [`(${id}) ${one.name}`, formatMemory(one)])
			.filter(([, peak]) => peak !== ""),
	);
	return `## Memory\n\nThe peak of godwit in each workload; the others' are in the tables below.\n\n${table(["workload", "peak"], rows)}`;
}

function section(result: Result): string {
	const { id, title, description, remarks, command, measuredAt, machine, series, verdicts } = result;
	const { processor, cores, memoryGb, system, fileSystem, load } = machine;
	const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
	const parts = [
		`## (${id}) ${title}`,
		description,
		`![Times of ${title}](benchmarks/${id}.svg)`,
		table(
			["", "median", "spread", "runs", "processor time", "peak memory", ""],
			series.filter(({ samples }) => samples.length > 0).map(row),
		),
	];
	if (verdicts.length > 0) parts.push(verdicts.map(sentence).join("\n"));
	if (remarks.length > 0) parts.push(remarks.map((remark) => `- ${remark}`).join("\n"));
	parts.push(
		`\`${command}\`, ${measuredAt.slice(0, 10)}, ${processor}, ${cores} cores, ${memoryGb} GB, ${system}, ${fileSystem}, load ${load.toFixed(1)} at the start. ${versions.join(", ")}.`,
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

function formatMemory(one: Series): string {
	const peak = peakRss(one);
	return peak === undefined ? "" : `${peak.toFixed(0)} MB`;
}

function sentence(verdict: Verdict): string {
	const { promise, measured, unit, met } = verdict;
	const found = measured === null ? "not measured" : amount(measured, unit);
	return `- ${met ? "Met" : "**Missed**"}: ${promise} <= ${limit(verdict)}; measured ${found}`;
}

function limit({ limit, unit }: Verdict): string {
	return amount(limit, unit);
}

function amount(value: number, unit: "times" | "MB"): string {
	return unit === "MB" ? `${value.toFixed(0)} MB` : value.toFixed(2);
}
