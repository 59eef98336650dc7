import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledProgram } from "../bundled-program.ts";
import { type TortureCase, urlOf } from "./torture-case.ts";

/** Every system call by which a backend changes something; asking for more costs nothing. */
export const WRITING_CALLS = [
	"pwrite64",
	"fsync",
	"fdatasync",
	"ftruncate",
	"unlink",
	"symlink",
	"rename",
	"mkdir",
	"rmdir",
] as const;

/** `openat` and `readlink` too: there is nothing to kill in them, but they can fail. */
export const FALLIBLE_CALLS = [...WRITING_CALLS, "openat", "readlink"] as const;

export type Call = (typeof FALLIBLE_CALLS)[number];
export const FAULTS = ["EIO", "ENOSPC", "EACCES"] as const;
export type Fault = (typeof FAULTS)[number];

/** What happens instead of the `when`-th call of its kind that the program makes, counted from 1. */
export interface Harm {
	readonly call: Call;
	readonly when: number;
	readonly what: "kill" | Fault;
	/** Counts the calls on this file alone. */
	readonly path?: string;
}

export function harmName({ call, when, what }: Harm): string {
	return `${what} at ${call} ${when}`;
}

/** How `migrate-child.ts` ended. */
export interface Outcome {
	readonly killed: boolean;
	readonly exitCode: number | undefined;
	/** Where it says the database is; a killed child says nothing. */
	readonly to?: string;
	/** Of a MigrateError. */
	readonly code?: string;
	readonly message?: string;
	readonly stack?: string;
	readonly dirty?: boolean;
}

const CHILD = fileURLToPath(new URL("./migrate-child.ts", import.meta.url));
/** The program stops at the calls that are asked for only. */
const FAST = "--seccomp-bpf";

export interface ChildOptions {
	/** Runs the child as this user. */
	readonly uid?: number;
	readonly harm?: Harm | undefined;
}

/** A case, or what is done with a copy of its database in place of migrations: `restore` and `swap` take `kept.db` beside it. */
export interface ChildCase extends TortureCase {
	readonly copying?: "backup" | "restore" | "swap";
}

/** Migrates all the way in a process of its own. */
export async function runChild(which: ChildCase, path: string, { uid, harm }: ChildOptions = {}): Promise<Outcome> {
	const child = await childCommand(which, path, uid);
	if (harm === undefined) return run(child);
	const effect = harm.what === "kill" ? "signal=SIGKILL" : `error=${harm.what}`;
	const inject = ["-e", `inject=${harm.call}:${effect}:when=${harm.when}`];
	if (harm.path !== undefined) inject.push("-P", harm.path);
	// With the fast filter strace 6.1 forgets to send the signal.
	const filter = harm.what === "kill" ? [] : [FAST];
	return run([...straceCommand([harm.call], "/dev/null"), ...filter, ...inject, ...child]);
}

/** A system call of an undisturbed run on one of the files in the database's folder. */
export interface TracedCall {
	readonly call: Call;
	/** As that of a harm. */
	readonly when: number;
	/** As strace writes it: names of files, results. */
	readonly text: string;
}

/** Migrates unharmed and lists the system calls on the database's files. */
export async function traceCalls(which: ChildCase, path: string): Promise<readonly TracedCall[]> {
	const log = `${dirname(path)}.strace`;
	try {
		const { exitCode, message } = await run([
			...straceCommand(FALLIBLE_CALLS, log),
			FAST,
			...(await childCommand(which, path)),
		]);
		if (exitCode !== 0) throw new Error(`the undisturbed run failed: ${message}`);
		return callsIn(readFileSync(log, "utf8"), dirname(path));
	} finally {
		rmSync(log, { force: true });
	}
}

/** strace counts the calls of each thread by themselves; all that are looked for are made by one. */
function callsIn(log: string, folder: string): readonly TracedCall[] {
	const counts = new Map<string, number>();
	return log.split("\n").flatMap((line) => {
		const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
		if (call === undefined) return [];
		const when = (counts.get(`${thread} ${call}`) ?? 0) + 1;
		counts.set(`${thread} ${call}`, when);
		return line.includes(`${folder}/`) || line.includes(`${folder}>`) || line.includes(`"${folder}"`)
			? [{ call: call as Call, when, text: line }]
			: [];
	});
}

async function childCommand(which: ChildCase, path: string, uid?: number): Promise<readonly string[]> {
	const asUser = uid === undefined ? [] : [String(uid)];
	const { set, backend, direction, copying = direction } = which;
	// Only one of the WebAssembly compilers: starting takes half the time.
	const program = [process.execPath, "--liftoff-only", await bundledProgram(CHILD)];
	return [...program, set, urlOf(backend, path, which), dirname(path), copying, ...asUser];
}

function straceCommand(calls: readonly Call[], log: string): readonly string[] {
	return ["strace", "-f", "-qq", "-y", "-o", log, "-e", `trace=${calls.join()}`];
}

function run([program = "", ...args]: readonly string[]): Promise<Outcome> {
	return new Promise((resolve, reject) => {
		execFile(program, args, { encoding: "utf8" }, (error, stdout, stderr) => {
			// strace ends as the program did that it watched.
			if (error?.signal === "SIGKILL") return resolve({ killed: true, exitCode: undefined });
			if (error !== null && typeof error.code !== "number") return reject(error);
			try {
				resolve({ killed: false, exitCode: error === null ? 0 : Number(error.code), ...JSON.parse(stdout) });
			} catch (cause) {
				reject(new Error(`${program} said nothing that can be read: ${stdout}${stderr}`, { cause }));
			}
		});
	});
}
