import { closeSync, existsSync, openSync, readSync, statfsSync, statSync } from "node:fs";
import { isRefusedByDeno } from "../refused-by-deno.ts";

/** File systems whose device number in /proc/locks differs from that of stat, by statfs type; see statfs(2). */
const OTHER_DEVICE: ReadonlySet<number> = new Set([0x794c7630 /* overlayfs */, 0x9123683e /* btrfs */]);

/** The POSIX locks on one file, as the native library holds them while it reads or writes. */
export interface SystemLocks {
	/** Whether this system shows locks at all, and the runtime lets this process see them. */
	readonly shown: boolean;
	/**
	 * The processes that hold a lock; 0 for one in another pid namespace. Locks of other machines are not shown, and outside
	 * Linux none are.
	 *
	 * @param kind `"write"` leaves out those that only read. Default all.
	 */
	holders(kind?: "write"): readonly number[];
	/**
	 * Returns whether this process is seen to hold a lock that writes. Takes a quarter of the time of `holders`: it reads one
	 * page of the table, which is kept open until `close`. False says nothing; ask `holders`.
	 */
	seesOwn(): boolean;
	close(): void;
}

/**
 * @param path The file. One that does not exist has no locks.
 * @param table Where the system shows its locks, see https://man7.org/linux/man-pages/man5/proc_locks.5.html
 */
export function systemLocks(path: string, table = "/proc/locks"): SystemLocks {
	const shown = isShown(table);
	let file: string | undefined;
	let kept: number | undefined;

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
		seesOwn() {
			const name = nameOfFile();
			if (name === undefined) return false;
			try {
				kept ??= openSync(table, "r");
				return holdersIn(readPage(kept, 0), name, "write").includes(process.pid);
			} catch {
				// Another part of the process may have closed the descriptor; `holders` opens the table anew, and tells what it meets.
				kept = undefined;
				return false;
			}
		},
		close() {
			if (kept !== undefined) closeSync(kept);
			kept = undefined;
		},
	};
}

function holdersIn(text: string, file: string, kind?: "write"): number[] {
	return text
		.split("\n")
		.filter((line) => line.includes(file))
		.flatMap((line) => {
			const [, access, pid] = HOLDER.exec(line) ?? [];
			return pid === undefined || (kind === "write" && access !== "WRITE") ? [] : [Number(pid)];
		});
}

function isShown(table: string): boolean {
	try {
		return existsSync(table);
	} catch (error) {
		if (isRefusedByDeno(error)) return false;
		throw error;
	}
}

/**
 * The system returns the table in pages, and continues by position. When a lock before that position is released
 * meanwhile, a later lock is missing. So the table is read several times, and the results are joined.
 */
function readTable(table: string): string {
	const text = readPages(table);
	if (text.length < SHORTEST_PAGE) return text;
	return [text, ...Array.from({ length: FURTHER_READINGS }, () => readPages(table))].join("\n");
}

/** `readFileSync` would ask for pieces as short as the runtime likes, as Deno does, and a lock is missed between two. */
function readPages(table: string): string {
	const descriptor = openSync(table, "r");
	try {
		const pages: string[] = [];
		for (let text = readPage(descriptor); text !== ""; text = readPage(descriptor)) pages.push(text);
		return pages.join("");
	} finally {
		closeSync(descriptor);
	}
}

/** @param position 0 starts anew with what the system has now. Default where the last page ended. */
function readPage(descriptor: number, position: 0 | null = null): string {
	page ??= Buffer.alloc(PAGE_SIZE);
	return page.toString("latin1", 0, readSync(descriptor, page, 0, PAGE_SIZE, position));
}

/** In bytes: the largest page of any Linux. */
const PAGE_SIZE = 65_536;

/** Made once, since the table is read before each commit, and to make it takes longer than to read the table. */
let page: Buffer | undefined;

/** Less than a page of 4,096 bytes by one line. */
const SHORTEST_PAGE = 3_900;

/** With 140 locks that came and went as fast as two processes can make them, one reading in 500 lacked a lock. */
const FURTHER_READINGS = 7;

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

/** A line of a held lock. A lock that is waited for has an arrow before POSIX. */
const HOLDER = /^\d+: POSIX\s+\S+\s+(READ|WRITE)\s+(\d+) /;
