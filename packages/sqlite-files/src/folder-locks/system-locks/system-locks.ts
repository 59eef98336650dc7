import { existsSync, statfsSync, statSync } from "node:fs";
import { isRefusedByDeno } from "../../refused-by-deno.ts";
import { keptTable, readTable } from "./lock-table.ts";

/** File systems whose device number in /proc/locks differs from that of stat, by statfs type; see statfs(2). */
const OTHER_DEVICE: ReadonlySet<number> = new Set([0x794c7630 /* overlayfs */, 0x9123683e /* btrfs */]);

export type LockKind = "write" | "exclusive";

/** The POSIX locks on one file, as the native library holds them while it reads or writes. */
export interface SystemLocks {
	/** Whether this system shows locks at all, and the runtime lets this process see them. */
	readonly shown: boolean;
	/**
	 * The processes that hold a lock; 0 for one in another pid namespace. Locks of other machines are not shown, and outside
	 * Linux none are.
	 *
	 * @param kind `"write"` leaves out those that only read, `"exclusive"` all but the one that keeps every other connection out.
	 *   Default all.
	 */
	holders(kind?: LockKind): readonly number[];
	/**
	 * Returns whether this process is seen to hold a lock. Quicker than `holders`, since it reads one page of a table that is
	 * kept open until `close`. False does not mean that there is no lock; ask `holders`.
	 */
	seesOwn(kind?: LockKind): boolean;
	close(): void;
}

/**
 * @param path The file. One that does not exist has no locks.
 * @param table Where the system shows its locks, see https://man7.org/linux/man-pages/man5/proc_locks.5.html
 */
export function systemLocks(path: string, table = "/proc/locks"): SystemLocks {
	const shown = isShown(table);
	let file: string | undefined;
	const kept = keptTable(table);

	function nameOfFile(): string | undefined {
		if (shown) file ??= nameInTable(path);
		return file;
	}

	return {
		shown,
		holders(kind) {
			const name = nameOfFile();
			return name === undefined ? [] : [...new Set(holdersIn(readTable(table), name, kind))];
		},
		seesOwn(kind) {
			const name = nameOfFile();
			return name !== undefined && kept.shows((text) => holdersIn(text, name, kind).includes(process.pid));
		},
		close: kept.close,
	};
}

function holdersIn(text: string, file: string, kind?: LockKind): number[] {
	return text
		.split("\n")
		.filter((line) => line.includes(file))
		.flatMap((line) => {
			const [, access, pid, from = "", to = ""] = HOLDER.exec(line) ?? [];
			if (pid === undefined || (kind !== undefined && access !== "WRITE")) return [];
			return kind === "exclusive" && !coversAll(from, to) ? [] : [Number(pid)];
		});
}

/** Another copy of SQLite in this process that reads makes the lock one that reads, and leaves single bytes that write. */
function coversAll(from: string, to: string): boolean {
	return Number(from) <= PENDING_BYTE && (to === "EOF" || Number(to) >= LAST_SHARED_BYTE);
}

/** SQLite locks these bytes of a file, and all in between, see "unixLock" in https://sqlite.org/src/file/src/os_unix.c */
const PENDING_BYTE = 0x40000000;
const LAST_SHARED_BYTE = PENDING_BYTE + 511;

function isShown(table: string): boolean {
	try {
		return existsSync(table);
	} catch (error) {
		if (isRefusedByDeno(error)) return false;
		throw error;
	}
}

/** Another process may remove the file of a write-ahead log at any time. @returns undefined when there is no file. */
function nameInTable(path: string): string | undefined {
	try {
		return nameOfExisting(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return undefined;
	}
}

function nameOfExisting(path: string): string {
	const { dev, ino } = statSync(path, { bigint: true });
	const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
	const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
	const hex = (part: bigint): string => part.toString(16).padStart(2, "0");
	return OTHER_DEVICE.has(statfsSync(path).type) ? `:${ino} ` : ` ${hex(major)}:${hex(minor)}:${ino} `;
}

/** A line of a held lock, which ends with the first byte and the last, or EOF. A lock that is waited for has an arrow before POSIX. */
const HOLDER = /^\d+: POSIX\s+\S+\s+(READ|WRITE)\s+(\d+) \S+ (\d+) (\d+|EOF)/;
