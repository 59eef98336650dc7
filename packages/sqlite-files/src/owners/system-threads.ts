import { readFileSync } from "node:fs";
import { isRefusedByDeno } from "../refused-by-deno.ts";

export interface SystemThread {
	/** Clock ticks after the boot. */
	readonly start: number;
	/** The thread has ended or is just ending, and runs no code any more. */
	readonly ended: boolean;
}

/**
 * The flag PF_EXITING: the kernel is taking the thread apart. That takes a while when much memory has to be given back, and whoever
 * waited for the thread's end is told of it before. See https://github.com/torvalds/linux/blob/v6.12/include/linux/sched.h
 */
const EXITING = 0x4;

/** Linux: what the system shows of a thread; undefined when it does not show the thread. See https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function readThread(pid: number, thread: number): SystemThread | undefined {
	const text = optional(() => readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8"));
	if (text === undefined) return undefined;
	// Field 2, the command in parentheses, may hold spaces and parentheses itself; field 3 is the first after it.
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	const isExiting = (Number(fields[6]) & EXITING) !== 0;
	return { start: Number(fields[19]), ended: isExiting || fields[0] === "Z" || fields[0] === "X" };
}

export function processExists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ESRCH") return false;
		// Another user's process.
		if (code === "EPERM") return true;
		throw error;
	}
}

/** The value, or undefined where this system does not have it or does not show it. */
export function optional<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		const { code = "" } = error as NodeJS.ErrnoException;
		if (isRefusedByDeno(error)) return undefined;
		if (["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"].includes(code)) return undefined;
		throw error;
	}
}
