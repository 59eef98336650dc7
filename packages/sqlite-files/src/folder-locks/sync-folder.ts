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

/**
 * Syncs the folder of a file.
 *
 * @returns False for a folder that may not be opened or synced, which SQLite ignores.
 */
export function syncFolderOf(path: string): boolean {
	let folder: number;
	try {
		folder = openSync(dirname(path), "r");
	} catch {
		return false;
	}
	try {
		return syncFolder(folder);
	} finally {
		closeSync(folder);
	}
}

/** As `syncFolderOf`. @param folder The descriptor of a folder. */
export function syncFolder(folder: number): boolean {
	try {
		fsyncSync(folder);
		return true;
	} catch (error) {
		if (NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) return false;
		throw error;
	}
}
