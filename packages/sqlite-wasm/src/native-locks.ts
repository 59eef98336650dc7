import { readFileSync, statfsSync, statSync } from "node:fs";

/** Filesystems whose device number in /proc/locks is not the one that stat tells, by statfs type; see statfs(2). */
const OTHER_DEVICE: ReadonlySet<number> = new Set([0x794c7630 /* overlayfs */, 0x9123683e /* btrfs */]);

/**
 * The processes that hold POSIX locks on a file, as the native library does while it reads or writes; 0 for one in
 * another pid namespace. Linux only; elsewhere, for processes outside this pid namespace and on other machines, nobody
 * can tell and the answer is empty.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_locks.5.html
 */
export function nativeLockHolders(path: string): readonly number[] {
	if (process.platform !== "linux") return [];
	const { dev, ino } = statSync(path, { bigint: true });
	const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
	const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
	const hex = (part: bigint): string => part.toString(16).padStart(2, "0");
	const file = OTHER_DEVICE.has(statfsSync(path).type) ? `:${ino} ` : ` ${hex(major)}:${hex(minor)}:${ino} `;
	const pids = new Set<number>();
	for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
		const [, pid] = line.includes(file) ? (/^\d+: POSIX\s+\S+\s+(?:READ|WRITE)\s+(\d+) /.exec(line) ?? []) : [];
		if (pid !== undefined) pids.add(Number(pid));
	}
	return [...pids];
}
