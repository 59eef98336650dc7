import type { Liveness } from "@godwit/sqlite";
import { isLivingHere } from "./holder.ts";
import { type Owner, plainHost } from "./owner.ts";
import { currentPlace, type Place } from "./place.ts";
import { processExists, readThread } from "./system-threads.ts";

/**
 * Returns whether a holder still exists.
 *
 * "dead" is returned only for a holder that this process could see, on the same host, in the same boot and namespaces, and for one of
 * another boot. A holder of this thread is dead once it has ended. A holder of another thread lives as long as the system shows the thread.
 *
 * An owner of another boot is of another machine, or of this one before a restart. Where only one machine mounts the file
 * system at a time, it is dead either way, unless this machine exports the file system to others. Elsewhere it is "unknown". The host
 * does not tell the two apart: a container that is made anew after a restart has another name.
 *
 * @param local Returns whether the lock lies on such a file system.
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

/** Outside Linux nothing distinguishes a process from a later one of the same number. */
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
