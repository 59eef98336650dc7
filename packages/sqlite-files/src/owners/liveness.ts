import type { Liveness } from "@godwit/sqlite";
import { isLivingHere } from "./holder.ts";
import { type Owner, plainHost } from "./owner.ts";
import { currentPlace, type Place } from "./place.ts";
import { processExists, readThread } from "./system-threads.ts";

/**
 * Tells whether a holder still is there.
 *
 * "dead" is said only of one that this process could see: on the same host, in the same boot and namespaces. In its own
 * thread a holder is dead once it has ended; another thread's lives as long as the system shows the thread.
 *
 * Another boot is another machine or this one before a restart. Where the file system belongs to one machine at a time,
 * both are dead; elsewhere nobody can tell.
 *
 * @param local Tells that the lock lies on such a file system.
 */
export function ownerLiveness(owner: Owner, local: () => boolean, me: Place = currentPlace()): Liveness {
	if (owner.boot !== undefined && me.boot !== undefined && owner.boot !== me.boot) return local() ? "dead" : "unknown";
	if (!plainHost(me.host).startsWith(plainHost(owner.host))) return "unknown";
	if (owner.boot !== me.boot || owner.space !== me.space) return "unknown";
	if (owner.pid === me.pid && owner.thread === me.thread && owner.start === me.start) {
		return isLivingHere(owner.holder) ? "alive" : "dead";
	}
	if (me.space === undefined) return "unknown";
	return me.boot === undefined ? byPid(owner) : byThread(owner);
}

/** Outside Linux nothing tells a process from a later one of the same number. */
function byPid(owner: Owner): Liveness {
	return processExists(owner.pid) ? "unknown" : "dead";
}

function byThread(owner: Owner): Liveness {
	if (!processExists(owner.pid)) return "dead";
	const thread = readThread(owner.pid, owner.thread);
	// The process exists, but /proc may hide other users' processes (hidepid).
	if (thread === undefined) return readThread(owner.pid, owner.pid) === undefined ? "alive" : "dead";
	if (owner.start === undefined) return "alive";
	return thread.start === owner.start && !thread.ended ? "alive" : "dead";
}
