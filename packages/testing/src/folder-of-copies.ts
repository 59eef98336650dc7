import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

let made: string | undefined;

/** Returns the folder for the copies of this process, and makes it at the first call. The end of the process deletes it. */
export function folderOfCopies(): string {
	if (made !== undefined) return made;
	removeAbandoned(tmpdir());
	const folder = mkdtempSync(join(tmpdir(), `${prefix()}${process.pid}-`));
	process.once("exit", () => removeUnlessOpen(folder));
	made = folder;
	return folder;
}

/** With the name of the machine: containers can share a folder, and a number means another process in each of them. */
function prefix(): string {
	return `godwit-copies-${hostname()}-`;
}

/** Deletes what killed processes of this user have left. */
function removeAbandoned(parent: string): void {
	for (const name of readdirSync(parent)) {
		if (!name.startsWith(prefix())) continue;
		const path = join(parent, name);
		const pid = Number.parseInt(name.slice(prefix().length), 10);
		// Another process that begins at the same time may delete it before.
		const owner = statSync(path, { throwIfNoEntry: false })?.uid;
		if (isGone(pid) && (process.getuid === undefined || owner === process.getuid())) removeUnlessOpen(path);
	}
}

function isGone(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return false;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "ESRCH";
	}
}

/** Windows keeps a file that somebody has open. An error here would be that of a test which has nothing to do with it. */
function removeUnlessOpen(path: string): void {
	try {
		rmSync(path, { recursive: true, force: true });
	} catch (error) {
		if (!["EBUSY", "EPERM", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
	}
}
