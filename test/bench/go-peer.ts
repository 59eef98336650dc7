import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { cpuMilliseconds, peakRssMb } from "./process-usage.ts";
import type { Sample } from "./sample.ts";

export interface GoOperation {
	readonly program: string;
	readonly folder: string;
	/** `sqlite3:///path`, `sqlite:///path` or `ncruces-sqlite3:///path`. */
	readonly database: string;
	readonly operation: "up" | "down";
	/** Ends the process when it is not done by then. */
	readonly limitMs?: number;
}

/**
 * Measures golang-migrate in the program of `test/reference`: opening source and database and the operation, without
 * the start of the process. The program reads the schema after each operation, which is in the time too.
 */
export async function runGo({ program, folder, database, operation, limitMs }: GoOperation): Promise<Sample> {
	const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
	await once(child, "spawn");
	const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const began = performance.now();
	let stopped = false;
	const timer =
		limitMs === undefined
			? undefined
			: setTimeout(() => {
					stopped = true;
					peak = peakRssMb(child.pid ?? 0);
					child.kill("SIGKILL");
				}, limitMs);
	let peak: number | undefined;
	let note = await ask({ op: "open", source: `file://${folder}`, database });
	note ??= await ask({ op: operation });
	const milliseconds = performance.now() - began;
	clearTimeout(timer);
	if (stopped) return { milliseconds, peakRssMb: peak, note: `not done after ${Math.round(milliseconds / 1000)} s` };
	const usage = { cpuMilliseconds: cpuMilliseconds(child.pid ?? 0), peakRssMb: peakRssMb(child.pid ?? 0) };
	child.stdin.end();
	await once(child, "close");
	return { milliseconds, ...usage, note };

	async function ask(operation: object): Promise<string | undefined> {
		child.stdin.write(`${JSON.stringify(operation)}\n`);
		const answer = await answers.next();
		if (answer.done) return stopped ? "stopped" : "the program ended";
		const { outcome, message } = JSON.parse(answer.value) as { outcome: string; message: string };
		return outcome === "ok" || outcome === "no-change" ? undefined : message.slice(0, 80);
	}
}
