import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { hash } from "./hash.ts";
import { type Owner, sameOwner } from "./owner.ts";
import { optional, readThread } from "./system-threads.ts";

/** An owner without its holder: this thread. */
export type Place = Omit<Owner, "holder">;

let place: Place | undefined;

/** The place of this thread. */
export function currentPlace(): Place {
	place ??= process.platform === "linux" ? linuxPlace() : otherPlace();
	return place;
}

/** Returns whether an owner is of a thread of this process. A pid is not enough: other machines and containers have the same ones. */
export function isOfThisProcess(owner: Owner): boolean {
	const { thread, start, holder } = owner;
	return sameOwner(owner, { ...currentPlace(), thread, start, holder });
}

function linuxPlace(): Place {
	const boot = optional(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
	// `thread-self` is PID/task/TID.
	const thread = optional(() => readlinkSync("/proc/thread-self"))?.split("/");
	// Under `unshare --pid` without a new /proc, /proc shows the processes of another namespace under these numbers.
	const own = Number(thread?.[0]) === process.pid;
	const tid = own ? Number(thread?.[2]) : process.pid;
	return {
		host: hostname(),
		boot: boot === undefined ? undefined : hash(boot),
		space: own ? optional(namespaces) : undefined,
		pid: process.pid,
		thread: tid,
		start: (own ? readThread(process.pid, tid)?.start : undefined) ?? startByClock(),
	};
}

/** The time namespace is in it because it shifts start times: one process has different ones inside and outside. */
function namespaces(): string {
	const time = optional(() => readlinkSync("/proc/self/ns/time"));
	return hash([readlinkSync("/proc/self/ns/pid"), time].join());
}

/** The boot is not known here. Network addresses distinguish the machine from others of the same name. */
function otherPlace(): Place {
	const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ mac }) => mac));
	const own = [...new Set(addresses)].filter((mac) => !/^(00:)+00$/.test(mac)).sort();
	const { threadId } = process.getBuiltinModule("node:worker_threads");
	return {
		host: hostname(),
		boot: undefined,
		space: own.length === 0 ? undefined : hash([hostname(), ...own].join()),
		pid: process.pid,
		thread: threadId,
		start: startByClock(),
	};
}

/** In milliseconds since 1970. Distinguishes processes that have the same numbers on two machines or one after the other. */
function startByClock(): number {
	return Math.floor(performance.timeOrigin);
}
