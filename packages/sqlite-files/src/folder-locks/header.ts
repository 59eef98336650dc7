import { closeSync, openSync, readSync } from "node:fs";
import { closeFile } from "./kernel-lock.ts";

/**
 * Reads the first bytes of a database. Opens and closes the file, which drops the POSIX locks that a native library of this process
 * holds on it, but not the one of `takeKernelLock`.
 *
 * @returns `undefined` when there is no file, or a shorter one.
 */
export function headerOf(path: string, length: number): Uint8Array | undefined {
	let file: number;
	try {
		file = openSync(path, "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	try {
		const header = new Uint8Array(length);
		return readSync(file, header, 0, length, 0) === length ? header : undefined;
	} catch (error) {
		// SQLite refuses a folder itself.
		if ((error as NodeJS.ErrnoException).code === "EISDIR") return undefined;
		throw error;
	} finally {
		closeFile(file, path, closeSync);
	}
}
