import fs from "node:fs";
import { dirname } from "node:path";

const { openSync, closeSync, fsyncSync } = fs;

/** The error codes of a system that cannot sync a folder, as Windows, or may not. A disk that fails has another one. */
const NO_FOLDER_SYNC: ReadonlySet<string> = new Set([
	"EPERM",
	"EACCES",
	"EBADF",
	"EINVAL",
	"EISDIR",
	"ENOSYS",
	"ENOTSUP",
	"EOPNOTSUPP",
]);

/** Syncs the folder of a file. A folder that may not be opened or synced is ignored, as SQLite does. */
export function syncFolderOf(path: string): void {
	let folder: number;
	try {
		folder = openSync(dirname(path), "r");
	} catch {
		return;
	}
	try {
		syncFolder(folder);
	} finally {
		closeSync(folder);
	}
}

/** @param folder The descriptor of a folder. */
export function syncFolder(folder: number): void {
	try {
		fsyncSync(folder);
	} catch (error) {
		if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
	}
}
