import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Runtime } from "../runtimes/runtimes.ts";
import { peakRssMb } from "./process-usage.ts";
import type { Sample } from "./sample.ts";

/** Runs a script of `peers/` in a Node.js of its own, which measures its job itself and prints the sample. */
export function runPeer(script: string, ...args: readonly string[]): Promise<Sample> {
	return runPeerIn({ program: process.execPath, flags: ["--no-warnings"] }, script, ...args);
}

/** Does so in any runtime. */
export async function runPeerIn(
	{ program, flags }: Pick<Runtime, "program" | "flags">,
	script: string,
	...args: readonly string[]
): Promise<Sample> {
	const { output } = await run(program, [...flags, join(import.meta.dirname, "peers", script), ...args]);
	return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Sample;
}

export interface CommandOptions {
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** Given to the command's standard input. */
	readonly input?: string;
	/** A command that fails is a result as well. */
	readonly mayFail?: boolean;
	/** Watches the memory, which takes a little of the processor. */
	readonly watchMemory?: boolean;
}

/** Runs a command and measures it from its start to its end. */
export async function runCommand(
	command: string,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<Sample & { readonly output: string; readonly exitCode: number }> {
	return run(command, args, options);
}

async function run(
	command: string,
	args: readonly string[],
	{ cwd, env, input = "", mayFail = false, watchMemory = false }: CommandOptions = {},
): Promise<Sample & { readonly output: string; readonly exitCode: number }> {
	const began = performance.now();
	const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
	let output = "";
	let complaint = "";
	let peak: number | undefined;
	const watch = watchMemory ? setInterval(() => (peak = peakRssMb(child.pid ?? 0) || peak), 5) : undefined;
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		output += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		complaint += text;
	});
	// A command that does not read its input may have ended before it is written.
	child.stdin.on("error", () => {});
	child.stdin.end(input);
	let milliseconds = 0;
	child.once("exit", () => {
		milliseconds = performance.now() - began;
	});
	const exitCode = await new Promise<number>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve(code ?? 1));
	});
	clearInterval(watch);
	if (exitCode !== 0 && !mayFail) {
		throw new Error(`${command} ${args.join(" ")} ended with ${exitCode}: ${complaint.slice(-2000)}`);
	}
	return { milliseconds, peakRssMb: peak, output, exitCode };
}
