import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { bundledProgram } from "../bundled-program.ts";
import type { BackendName } from "./backends.ts";

/** What a runner is told: to migrate all the way up, to make the reports, or, without files, to read the version. */
export interface Command {
	readonly backend: BackendName;
	readonly path: string;
	/** Of the URL. */
	readonly options?: string;
	readonly files?: Readonly<Record<string, string>>;
	/** Makes all reports, and migrates nothing. */
	readonly reports?: boolean;
	/** How many migrations to run; default all. */
	readonly limit?: number;
	readonly lockTimeoutMs?: number;
	/** Makes a backup first. */
	readonly backup?: boolean;
	/** Restores a backup, migrates nothing, and tells the version afterwards, also when that has failed. */
	readonly restore?: string;
	readonly swap?: boolean;
}

/** How a command ended: code and message are those of the error that kept a migration from running. */
export interface Outcome {
	readonly applied?: number;
	readonly version?: string;
	readonly dirty?: boolean;
	readonly code?: string;
	readonly message?: string;
	readonly waitedMs?: number;
	/** Of each migration its version and state, from a status; then of each event of the history what it did. */
	readonly states?: readonly string[];
	readonly history?: readonly string[];
	/** Types of the events, and the texts of notices and findings. */
	readonly events: readonly string[];
}

export type Message =
	| { readonly type: "ready" }
	| { readonly type: "gate" }
	| { readonly type: "outcome"; readonly outcome: Outcome };

/** godwit in a process or thread of its own. */
export interface Runner extends AsyncDisposable {
	/** Its process. */
	readonly pid: number;
	run(command: Command): Promise<Outcome>;
	/** Resolves when it stands at the next gate; rejects when it comes to its end instead. */
	atGate(): Promise<void>;
	/** Lets it pass the gate. */
	go(): void;
	/** Ends it as the kernel would: nothing is cleaned up. */
	kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./fixtures/runner.ts", import.meta.url));

export interface RunnerOptions {
	/** Files that Node loads first. */
	readonly imports?: readonly string[];
}

/** Starts a process. */
export async function startRunner({ imports = [] }: RunnerOptions = {}): Promise<Runner> {
	const execArgv = imports.map((file) => `--import=${new URL(file, import.meta.url)}`);
	const child = fork(await bundledProgram(PROGRAM), { execArgv });
	const exited = once(child, "exit");
	return runner({
		pid: child.pid ?? 0,
		listen: (hear) => void child.on("message", (message) => hear(message as Message)),
		send: (message) => void child.send(message),
		ended: exited.then(() => {}),
		async kill() {
			child.kill("SIGKILL");
			await exited;
		},
	});
}

/** Starts a thread of this process. */
export async function startThread(): Promise<Runner> {
	const worker = new Worker(await bundledProgram(PROGRAM));
	const exited = once(worker, "exit");
	return runner({
		pid: process.pid,
		listen: (hear) => void worker.on("message", hear),
		send: (message) => worker.postMessage(message),
		ended: exited.then(() => {}),
		kill: async () => void (await worker.terminate()),
	});
}

interface Line {
	readonly pid: number;
	listen(hear: (message: Message) => void): void;
	send(message: Command | "go"): void;
	readonly ended: Promise<void>;
	kill(): Promise<void>;
}

async function runner({ pid, listen, send, ended, kill }: Line): Promise<Runner> {
	const heard: Message[] = [];
	const waiting: (() => void)[] = [];
	let over = false;
	const wake = (): void => {
		for (const resolve of waiting.splice(0)) resolve();
	};
	listen((message) => {
		heard.push(message);
		wake();
	});
	void ended.then(() => {
		over = true;
		wake();
	});

	async function next<T extends Message["type"]>(type: T): Promise<Message & { readonly type: T }> {
		for (;;) {
			const at = heard.findIndex((message) => message.type === type);
			if (at >= 0) return heard.splice(at, 1)[0] as Message & { readonly type: T };
			const outcome = heard.find((message) => message.type === "outcome");
			if (outcome !== undefined) throw new Error(`no ${type}: ${JSON.stringify(outcome)}`);
			if (over) throw new Error(`no ${type}: the runner has ended`);
			await new Promise<void>((resolve) => waiting.push(resolve));
		}
	}

	await next("ready");
	return {
		pid,
		async run(command) {
			send(command);
			for (;;) {
				const at = heard.findIndex((message) => message.type === "outcome");
				const message = heard[at];
				if (message?.type === "outcome") {
					heard.splice(at, 1);
					return message.outcome;
				}
				if (over) throw new Error("the runner has ended");
				await new Promise<void>((resolve) => waiting.push(resolve));
			}
		},
		async atGate() {
			await next("gate");
		},
		go: () => send("go"),
		kill,
		[Symbol.asyncDispose]: kill,
	};
}

/** Does one thing in a process of its own. */
export async function runOnce(command: Command, options?: RunnerOptions): Promise<Outcome> {
	await using process = await startRunner(options);
	return await process.run(command);
}
