import { readFileSync } from "node:fs";
import { optional } from "../../owners/system-threads.ts";

/**
 * Returns whether something is mounted at a path, such as one file of another folder (`docker run -v /data/app.db:/app.db`).
 * False where the system does not show its mounts.
 *
 * @param path The real path.
 * @param table Where Linux shows the mounts of this process, see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function isMountPoint(path: string, table = "/proc/self/mountinfo"): boolean {
	const mounts = optional(() => readFileSync(table, "utf8"));
	// The fifth field; white space and backslashes in it are escaped.
	return mounts?.split("\n").some((line) => unescaped(line.split(" ", 5)[4] ?? "") === path) ?? false;
}

function unescaped(field: string): string {
	return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
