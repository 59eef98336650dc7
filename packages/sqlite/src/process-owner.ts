import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who holds a lock: one lock taker in one process, named so that others can tell whether that process still lives. */
export interface ProcessOwner {
	readonly host: string;
	/** Linux: the id of the machine's current boot, the same in all its containers; elsewhere undefined. */
	readonly boot: string | undefined;
	/** Linux: the namespaces in which `pid` and `start` are counted; undefined elsewhere and where /proc is not this process's own. */
	readonly pidns: string | undefined;
	readonly pid: number;
	/** Linux: when the process started, in clock ticks after the boot; tells it from a later process with the same number. */
	readonly start: number | undefined;
	/** 16 hexadecimal digits, never the same for two lock takers. */
	readonly id: string;
}

/** "dead" is only said when it is certain; "unknown" when this process has no way to find out. */
export type Liveness = "alive" | "dead" | "unknown";

type ProcessPlace = Omit<ProcessOwner, "id">;

let place: ProcessPlace | undefined;

/** Names this process as the owner of a lock, under an id that is new in each call. */
export function currentOwner(): ProcessOwner {
	place ??= currentPlace();
	// Loaded late: it takes longer than everything else that a command which takes no lock needs.
	const { randomBytes } = process.getBuiltinModule("node:crypto");
	return { ...place, id: randomBytes(8).toString("hex") };
}

/** Writes an owner as one line of JSON, under 1 kB, to be read back by `parseOwner`. */
export function formatOwner({ host, boot, pidns, pid, start, id }: ProcessOwner): string {
	return JSON.stringify({ host, boot, pidns, pid, start, id });
}

/** Reads what `formatOwner` wrote; undefined for any other text. */
export function parseOwner(text: string): ProcessOwner | undefined {
	const value = parseObject(text);
	if (value === undefined) return undefined;
	const { host, boot, pidns, pid, start, id } = value;
	if (typeof host !== "string") return undefined;
	if (boot !== undefined && typeof boot !== "string") return undefined;
	if (pidns !== undefined && typeof pidns !== "string") return undefined;
	// A pid of 0 or less would ask about a group of processes.
	if (!isInteger(pid) || pid <= 0) return undefined;
	if (start !== undefined && !isInteger(start)) return undefined;
	// The id becomes part of a file name.
	if (typeof id !== "string" || !/^[0-9a-f]{16}$/.test(id)) return undefined;
	return { host, boot, pidns, pid, start, id };
}

/** Names an owner for a message: `process 4711 on host web-1`. */
export function describeOwner(owner: ProcessOwner): string {
	return `process ${owner.pid} on host ${owner.host}`;
}

/**
 * Tells whether the process that took a lock still lives.
 *
 * "dead" is said only of a process that this one could see: same host name, same boot, same namespaces. In particular,
 * another boot id under the same host name is "unknown", not "dead". It may be this machine before a restart, but just
 * as well another machine that shares the disk: host names such as `localhost`, or a container's that moved to another
 * node, are not unique.
 *
 * Outside Linux nothing but the host name tells machines apart, and nothing tells a process from a later one with the
 * same number: there a missing process is "dead", this process itself "alive", any other "unknown".
 */
export function ownerLiveness(owner: ProcessOwner, me: ProcessOwner = currentOwner()): Liveness {
	if (owner.host !== me.host || owner.boot !== me.boot || owner.pidns !== me.pidns) return "unknown";
	if (me.boot === undefined || me.pidns === undefined)
		return process.platform === "linux" ? "unknown" : byPid(owner, me);
	if (!processExists(owner.pid)) return "dead";
	const stat = readProcessStat(String(owner.pid));
	// The process exists, but /proc may hide other users' processes (hidepid).
	if (stat === undefined || owner.start === undefined) return "alive";
	return stat.start === owner.start && !stat.ended ? "alive" : "dead";
}

function byPid(owner: ProcessOwner, me: ProcessOwner): Liveness {
	if (owner.pid === me.pid) return "alive";
	return processExists(owner.pid) ? "unknown" : "dead";
}

function processExists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		if (errorCode(error) === "ESRCH") return false;
		// Another user's process.
		if (errorCode(error) === "EPERM") return true;
		throw error;
	}
}

function currentPlace(): ProcessPlace {
	const stat = readProcessStat("self");
	// Under `unshare --pid` without a /proc of its own, /proc shows other processes under the numbers used here.
	const own = stat?.pid === process.pid;
	return {
		host: hostname(),
		boot: optional(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
		pidns: own ? optional(readNamespaces) : undefined,
		pid: process.pid,
		start: own ? stat.start : undefined,
	};
}

/** A time namespace shifts the start times that its processes read, so the same process has another one outside. */
function readNamespaces(): string {
	const time = optional(() => readlinkSync("/proc/self/ns/time"));
	return [readlinkSync("/proc/self/ns/pid"), time].filter((name) => name !== undefined).join();
}

interface ProcessStat {
	readonly pid: number;
	readonly start: number;
	readonly ended: boolean;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readProcessStat(name: string): ProcessStat | undefined {
	const text = optional(() => readFileSync(`/proc/${name}/stat`, "utf8"));
	if (text === undefined) return undefined;
	// Field 2, the command in parentheses, may hold spaces and parentheses itself; field 3 is the first after it.
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	const state = fields[0];
	const threads = Number(fields[17]);
	// A killed process is a zombie as soon as its first thread is gone; the others may still be inside a write.
	return {
		pid: Number.parseInt(text, 10),
		start: Number(fields[19]),
		ended: (state === "Z" && threads <= 1) || state === "X",
	};
}

/** The value, or undefined where this system does not have it or does not show it. */
function optional<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"].includes(errorCode(error) ?? "")) return undefined;
		throw error;
	}
}

function parseObject(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

function isInteger(value: unknown): value is number {
	return Number.isSafeInteger(value);
}

function errorCode(error: unknown): string | undefined {
	return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
