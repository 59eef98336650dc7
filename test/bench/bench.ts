/**
 * Measures godwit beside what it is compared with: `pnpm bench [--workload a,b] [--runs N] [--folder PATH] [--quick]
 * [--megabytes N] [--rows N]`. The databases lie in a new folder inside `--folder`, which is on a tmpfs or a disk.
 *
 * Writes docs/benchmarks.md, the charts and the raw numbers; with --quick, which makes everything smaller, into
 * node_modules/.cache/bench/quick instead. `pnpm bench --page` measures nothing and writes the page and the charts from
 * the numbers that are kept.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BenchContext } from "./bench-context.ts";
import { keptResults } from "./kept-results.ts";
import { describeMachine, versionsOf } from "./machine.ts";
import { formatVerdict } from "./page.ts";
import type { Result } from "./result.ts";
import { runInTurn } from "./run-in-turn.ts";
import { storageOf } from "./storage.ts";
import { judge } from "./target.ts";
import { prepareTools } from "./tools.ts";
import type { Workload } from "./workload.ts";
import { chooseWorkloads } from "./workloads.ts";

const { values: options } = parseArgs({
	options: {
		workload: { type: "string" },
		runs: { type: "string" },
		folder: { type: "string" },
		page: { type: "boolean", default: false },
		quick: { type: "boolean", default: false },
		megabytes: { type: "string" },
		rows: { type: "string" },
	},
});

const { quick } = options;
const root = resolve(import.meta.dirname, "../..");
const cache = join(root, "node_modules/.cache/bench");
const kept = keptResults(quick ? join(cache, "quick") : join(root, "docs"));
const log = (line: string): void => console.log(line);

if (!options.page) await measureAll(chooseWorkloads(options.workload));
log(`wrote ${kept.writePage()}`);

async function measureAll(chosen: readonly Workload[]): Promise<void> {
	const runs = positive("runs", options.runs);
	const sizes = {
		megabytes: positive("megabytes", options.megabytes) ?? (quick ? 100 : 990),
		rows: positive("rows", options.rows) ?? (quick ? 200_000 : 10_000_000),
	};
	const parent = resolve(options.folder ?? cache);
	mkdirSync(parent, { recursive: true });
	const folder = mkdtempSync(join(parent, "godwit-bench-"));
	// A PostgreSQL server runs as another user than root.
	chmodSync(folder, 0o711);
	process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
	// A signal by itself ends the process without that.
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
	const tools = await prepareTools(cache, log);
	for (const workload of chosen) {
		await using resources = new AsyncDisposableStack();
		kept.keep(await measure(workload, { ...tools, folder, quick, ...sizes, resources }, runs));
	}
}

async function measure(workload: Workload, context: BenchContext, wanted: number | undefined): Promise<Result> {
	const machine = describeMachine(context.folder, versionsOf(context));
	log(`(${workload.id}) ${workload.title}, on ${machine.fileSystem}`);
	const runs = wanted ?? (quick ? Math.min(3, workload.runs) : workload.runs);
	const { series, loads } = await runInTurn(await workload.contenders(context), runs, log);
	for (const target of workload.targets) {
		const verdict = judge(target, storageOf(machine.fileSystem), series);
		if (verdict !== undefined) log(`  ${formatVerdict(verdict)}`);
	}
	return {
		id: workload.id,
		description: workload.description(context),
		command: commandOf(workload, context, runs),
		measuredAt: new Date().toISOString(),
		machine,
		loads,
		series,
	};
}

/** Without a folder of this machine: the page says what file system it was. */
function commandOf({ id }: Workload, { megabytes, rows }: BenchContext, runs: number): string {
	const size = id === "d" ? ` --megabytes ${megabytes}` : id === "e" ? ` --rows ${rows}` : "";
	const folder = options.folder === undefined ? "" : " --folder FOLDER";
	return `pnpm bench --workload ${id} --runs ${runs}${size}${folder}${quick ? " --quick" : ""}`;
}

function positive(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const number = Number(text);
	if (!Number.isSafeInteger(number) || number < 1)
		throw new Error(`--${name} takes a whole number over 0, not ${text}`);
	return number;
}
