/**
 * `up-to-date.ts GODWIT SOURCE DATABASE first|again` or `up-to-date.ts list FOLDER first|again`: what it costs to find
 * out that there is nothing to do, for the first time in a process, or the median of later times.
 */
import { readdir } from "node:fs/promises";
import { median } from "../statistics.ts";
import { printSample } from "./timed.ts";

const [what = "", ...rest] = process.argv.slice(2);
const job = what === "list" ? await listing(rest[0] ?? "") : await godwit(what, rest[0] ?? "", rest[1] ?? "");
const REPETITIONS = 30;
const WARM_UPS = 10;

const cpu = process.cpuUsage();
if (rest.at(-1) === "first") {
	printSample(await time(job), process.cpuUsage(cpu));
} else {
	for (let count = 0; count < WARM_UPS; count++) await job();
	const times: number[] = [];
	for (let count = 0; count < REPETITIONS; count++) times.push(await time(job));
	const { user, system } = process.cpuUsage(cpu);
	const jobs = WARM_UPS + REPETITIONS;
	printSample(median(times), { user: user / jobs, system: system / jobs });
}

async function listing(folder: string): Promise<() => Promise<unknown>> {
	return () => readdir(folder);
}

async function godwit(main: string, source: string, database: string): Promise<() => Promise<unknown>> {
	const { Migrate } = (await import(main)) as typeof import("godwit");
	return async () => {
		await using migrate = await Migrate.open(source, database);
		await migrate.up();
	};
}

async function time(job: () => Promise<unknown>): Promise<number> {
	const began = performance.now();
	await job();
	return performance.now() - began;
}
