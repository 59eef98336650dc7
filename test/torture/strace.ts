import { execFile } from "node:child_process";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { bundledChild } from "./bundled-child.ts";
import type { TortureCase } from "./torture-case.ts";

/** Every system call by which a backend changes something; asking for more costs nothing. */
export const WRITING_CALLS = [
	"write",
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

/** `openat` too: there is nothing to kill in it, but it can fail. */
export const FALLIBLE_CALLS = [...WRITING_CALLS, "openat"] as const;

export type Call = (typeof FALLIBLE_CALLS)[number];
export const FAULTS = ["EIO", "ENOSPC", "EACCES"] as const;
export type Fault = (typeof FAULTS)[number];

/** What happens instead of the `when`-th call of its kind on the database's files, counted from 1. */
export interface Harm {
	readonly call: Call;
	readonly when: number;
	readonly what: "kill" | Fault;
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

/** The program stops at the calls that are asked for only. */
const FAST = "--seccomp-bpf";

export interface ChildOptions {
	/** Runs the child as this user. */
	readonly uid?: number;
	readonly harm?: Harm | undefined;
}

/** Migrates all the way in a process of its own. */
export async function runChild(which: TortureCase, path: string, { uid, harm }: ChildOptions = {}): Promise<Outcome> {
	const child = await childCommand(which, path, uid);
	if (harm === undefined) return run(child);
	const effect = harm.what === "kill" ? "signal=SIGKILL" : `error=${harm.what}`;
	const inject = ["-e", `inject=${harm.call}:${effect}:when=${harm.when}`];
	// With the fast filter strace 6.1 forgets to send the signal.
	const filter = harm.what === "kill" ? [] : [FAST];
	return run([...straceCommand(path, [harm.call], "/dev/null"), ...filter, ...inject, ...child]);
}

/** Migrates unharmed and counts the system calls on the database's files. */
export async function countCalls(which: TortureCase, path: string): Promise<ReadonlyMap<Call, number>> {
	const log = `${dirname(path)}.strace`;
	try {
		const { exitCode, message } = await run([
			...straceCommand(path, FALLIBLE_CALLS, log),
			FAST,
			...(await childCommand(which, path)),
		]);
		if (exitCode !== 0) throw new Error(`the undisturbed run failed: ${message}`);
		const lines = readFileSync(log, "utf8").split("\n");
		return new Map(
			FALLIBLE_CALLS.map((call) => [call, lines.filter((line) => line.includes(` ${call}(`)).length] as const).filter(
				([, count]) => count > 0,
			),
		);
	} finally {
		rmSync(log, { force: true });
	}
}

async function childCommand(
	{ set, backend, direction, transaction }: TortureCase,
	path: string,
	uid?: number,
): Promise<readonly string[]> {
	const asUser = uid === undefined ? [] : [String(uid)];
	// Only one of the WebAssembly compilers: starting takes half the time.
	return [
		process.execPath,
		"--liftoff-only",
		await bundledChild(),
		set,
		backend,
		path,
		direction,
		transaction,
		...asUser,
	];
}

function straceCommand(path: string, calls: readonly Call[], log: string): readonly string[] {
	const ends = ["", "-journal", "-wal", "-shm", ".lock", ...takeOverEnds(path)];
	const files = ends.map((end) => path + end).concat(dirname(path));
	const options = ["-f", "-qq", "-o", log, "-e", `trace=${calls.join()}`];
	return ["strace", ...options, ...files.flatMap((file) => ["-P", file])];
}

/** The lock under which a dead process's lock is taken over is named after its owner. */
function takeOverEnds(path: string): readonly string[] {
	try {
		const { id } = JSON.parse(readlinkSync(`${path}.lock`)) as { readonly id: string };
		return [`.lock.break-${id}`];
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
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
