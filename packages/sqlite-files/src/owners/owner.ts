/** Who holds a lock: one holder in one thread of one process. The fields let others find out whether it still exists. */
export interface Owner {
	/** For messages, and because copies of one machine have all other fields in common. */
	readonly host: string;
	/** Linux: a hash of the id of the machine's current boot, the same in all its containers; elsewhere undefined. */
	readonly boot: string | undefined;
	/**
	 * A hash of the space in which process numbers are unique. Linux: the namespaces; undefined where /proc shows another
	 * namespace. Elsewhere: the machine's network addresses; undefined when it has none.
	 */
	readonly space: string | undefined;
	readonly pid: number;
	/** The thread's number. Linux: the process's own for its first thread. Elsewhere: Node's, which is 0 for the first one. */
	readonly thread: number;
	/**
	 * When the thread started, which distinguishes it from a later one of the same number. Linux: in clock ticks after the
	 * boot. Elsewhere: in milliseconds since 1970, by the thread's own clock.
	 */
	readonly start: number | undefined;
	/** The number of the holder in its thread. */
	readonly holder: number;
}

/** A host's name is cut to this length in the text of a link. Some file systems allow it only 1,023 bytes. */
const SHORT_HOST = 10;

/** No pid is larger, see https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html */
const MAX_PID = 2 ** 31 - 1;

/** Writes an owner as one word. */
export function formatOwner({ host, boot, space, pid, thread, start, holder }: Owner): string {
	const number = (value: number | undefined): string => (value === undefined ? "-" : value.toString(36));
	return [plainHost(host), boot ?? "-", space ?? "-", number(pid), number(thread), number(start), number(holder)].join(
		"~",
	);
}

/** A host's name without the characters that separate fields. */
export function plainHost(host: string): string {
	return host.replace(/[^A-Za-z0-9.-]/g, "_") || "_";
}

/** Writes an owner as one word of less than 64 bytes. */
export function formatShortOwner(owner: Owner): string {
	return formatOwner({ ...owner, host: shortHost(owner) });
}

function shortHost({ host }: Owner): string {
	return plainHost(host).slice(0, SHORT_HOST);
}

const OWNER =
	/^([A-Za-z0-9._-]+)~([0-9a-z]+|-)~([0-9a-z]+|-)~([0-9a-z]{1,6})~([0-9a-z]{1,6})~([0-9a-z]{1,10}|-)~([0-9a-z]{1,10})$/;

/** Reads what `formatOwner` wrote; undefined for any other text. */
export function parseOwner(text: string): Owner | undefined {
	const fields = OWNER.exec(text);
	if (fields === null) return undefined;
	const [, host = "", boot, space, pid = "", thread = "", start = "", holder = ""] = fields;
	const number = (word: string): number => Number.parseInt(word, 36);
	// A pid of 0 would ask about a group of processes.
	if (number(pid) <= 0 || number(pid) > MAX_PID) return undefined;
	return {
		host,
		boot: boot === "-" ? undefined : boot,
		space: space === "-" ? undefined : space,
		pid: number(pid),
		thread: number(thread),
		start: start === "-" ? undefined : number(start),
		holder: number(holder),
	};
}

/** Compares two owners. The host may be cut in one of them. */
export function sameOwner(one: Owner, other: Owner): boolean {
	return (
		shortHost(one) === shortHost(other) &&
		one.boot === other.boot &&
		one.space === other.space &&
		one.pid === other.pid &&
		one.thread === other.thread &&
		one.start === other.start &&
		one.holder === other.holder
	);
}

/** Names an owner for a message: `process 4711 on host web-1`. */
export function describeOwner(owner: Owner): string {
	return `process ${owner.pid} on host ${owner.host}`;
}
