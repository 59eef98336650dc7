import { peakRssMb } from "../process-usage.ts";

/** Measures a job in this process, in which the engine has been loaded before, and prints the sample for the parent. */
export async function printTimed(job: () => unknown): Promise<void> {
	const cpu = process.cpuUsage();
	const began = performance.now();
	await job();
	printSample(performance.now() - began, process.cpuUsage(cpu));
}

export function printSample(milliseconds: number, { user, system }: NodeJS.CpuUsage): void {
	console.log(JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1000, peakRssMb: peakRssMb("self") }));
}
