/**
 * Measures godwit beside what it is compared with: `pnpm bench [--workload a,b] [--runs N] [--quick] [--megabytes N]
 * [--rows N]`.
 *
 * Writes docs/benchmarks.md, a chart for each workload and the raw numbers; with --quick, which makes everything
 * smaller, into node_modules/.cache/bench/quick instead.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BenchContext } from "./bench-context.ts";
import { chart } from "./chart.ts";
import { describeMachine, versionsOf } from "./machine.ts";
import { page } from "./page.ts";
import type { Result } from "./result.ts";
import { runInTurn } from "./run-in-turn.ts";
import { judge } from "./target.ts";
import { prepareTools } from "./tools.ts";
import type { Workload } from "./workload.ts";
import { coldStart } from "./workloads/cold-start.ts";
import { growth } from "./workloads/growth.ts";
import { largeFile } from "./workloads/large-file.ts";
import { largeTable } from "./workloads/large-table.ts";
import { manyProcesses } from "./workloads/many-processes.ts";
import { nothingToDoCommand, nothingToDoInProcess } from "./workloads/nothing-to-do.ts";
import { smallMigrationsDown, smallMigrationsUp } from "./workloads/small-migrations.ts";

const WORKLOADS: readonly Workload[] = [
	smallMigrationsUp,
	smallMigrationsDown,
	growth,
	nothingToDoInProcess,
	nothingToDoCommand,
	largeFile,
	largeTable,
	coldStart,
	manyProcesses,
];

const { values: options } = parseArgs({
	options: {
		workload: { type: "string" },
		runs: { type: "string" },
		quick: { type: "boolean", default: false },
		megabytes: { type: "string" },
		rows: { type: "string" },
	},
});

const { quick } = options;
const root = resolve(import.meta.dirname, "../..");
const cache = join(root, "node_modules/.cache/bench");
const home = quick ? join(cache, "quick") : join(root, "docs");
const kept = join(home, "benchmarks");
const log = (line: string): void => console.log(line);

const chosen = chooseWorkloads(options.workload);
mkdirSync(kept, { recursive: true });
const tools = await prepareTools(cache, log);
const context: BenchContext = {
	...tools,
	folder: join(cache, "work"),
	quick,
	megabytes: positive("megabytes", options.megabytes) ?? (quick ? 100 : 990),
	rows: positive("rows", options.rows) ?? (quick ? 200_000 : 10_000_000),
};
mkdirSync(context.folder, { recursive: true });

try {
	for (const workload of chosen) {
		const result = await measure(workload);
		writeFileSync(join(kept, `${workload.id}.json`), `${JSON.stringify(result, figuresAlone, "\t")}\n`);
		writeFileSync(join(kept, `${workload.id}.svg`), chart(result.series, workload.title));
		for (const { promise, measured, limit, met } of result.verdicts) {
			log(`  ${met ? "met" : "MISSED"}: ${promise} <= ${limit}: ${measured?.toFixed(3) ?? "not measured"}`);
		}
	}
	writeFileSync(join(home, "benchmarks.md"), page(readResults()));
	log(`wrote ${join(home, "benchmarks.md")}`);
} finally {
	rmSync(context.folder, { recursive: true, force: true });
}

async function measure(workload: Workload): Promise<Result> {
	log(`(${workload.id}) ${workload.title}`);
	const machine = describeMachine(context.folder, versionsOf(tools));
	const runs = positive("runs", options.runs) ?? (quick ? Math.min(3, workload.runs) : workload.runs);
	const series = await runInTurn(await workload.contenders(context), runs, log);
	return {
		id: workload.id,
		title: workload.title,
		description: workload.description(context),
		remarks: workload.remarks,
		command: commandOf(workload, runs),
		measuredAt: new Date().toISOString(),
		machine,
		series,
		verdicts: workload.targets.map((target) => judge(target, series)),
	};
}

function commandOf({ id }: Workload, runs: number): string {
	const size = id === "d" ? ` --megabytes ${context.megabytes}` : id === "e" ? ` --rows ${context.rows}` : "";
	return `pnpm bench --workload ${id} --runs ${runs}${size}${quick ? " --quick" : ""}`;
}

function readResults(): readonly Result[] {
	const files = new Set(readdirSync(kept));
	const measured = WORKLOADS.filter(({ id }) => files.has(`${id}.json`));
	return measured.map(({ id }) => JSON.parse(readFileSync(join(kept, `${id}.json`), "utf8")) as Result);
}

function chooseWorkloads(list: string | undefined): readonly Workload[] {
	if (list === undefined) return WORKLOADS;
	return list.split(",").map((id) => {
		const workload = WORKLOADS.find((one) => one.id === id);
		if (workload === undefined)
			throw new Error(`no workload ${id}; there are ${WORKLOADS.map((one) => one.id).join(", ")}`);
		return workload;
	});
}

function positive(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const number = Number(text);
	if (!Number.isSafeInteger(number) || number < 1)
		throw new Error(`--${name} takes a whole number over 0, not ${text}`);
	return number;
}

/** What a command printed is for whoever looks for a failure; it names folders of the machine. */
function figuresAlone(key: string, value: unknown): unknown {
	return key === "output" ? undefined : value;
}
