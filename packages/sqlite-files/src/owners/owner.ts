/** Who holds a lock: one holder in one thread of one process, named so that others can tell whether it still is there. */
export interface Owner {
	/** For messages, and because copies of a machine share all the rest. */
	readonly host: string;
	/** Linux: a hash of the id of the machine's current boot, the same in all its containers; elsewhere undefined. */
	readonly boot: string | undefined;
	/**
	 * A hash of what process numbers are counted in. Linux: the namespaces; undefined where /proc is not this process's
	 * own. Elsewhere: the machine, by its network addresses; undefined when it has none.
	 */
	readonly space: string | undefined;
	readonly pid: number;
	/** The thread's number, the process's own for its first one. Outside Linux Node's, 0 for the first one. */
	readonly thread: number;
	/**
	 * When the thread started; tells it from a later one of the same number. Linux: in clock ticks after the boot. Where that
	 * cannot be seen: in milliseconds since 1970, by the thread itself.
	 */
	readonly start: number | undefined;
	/** Counts the holders of a thread. */
	readonly holder: number;
}

/** A host's name is cut to this in the text of a link, which some file systems allow 1,023 bytes only. */
const SHORT_HOST = 10;

/** A pid beyond this is none, see https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html */
const MAX_PID = 2 ** 31 - 1;

/** Writes an owner as one word. */
export function formatOwner({ host, boot, space, pid, thread, start, holder }: Owner): string {
	const number = (value: number | undefined): string => (value === undefined ? "-" : value.toString(36));
	return [plainHost(host), boot ?? "-", space ?? "-", number(pid), number(thread), number(start), number(holder)].join(
		"~",
	);
}

/** A host's name as texts have it. */
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

/** Compares what tells owners apart; the host may be cut. */
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
