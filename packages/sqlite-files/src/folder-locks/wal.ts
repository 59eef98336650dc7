import { closeSync, openSync, readSync } from "node:fs";
import { MigrateError } from "@godwit/core";

/** A library without shared memory cannot share a WAL database. */
export function walRefusal(path: string, library: string): MigrateError<"ERR_DATABASE"> {
	const message = `${path} is in WAL mode, which ${library} cannot share with any other connection; migrate it with sqlite-native:// or sqlite-node://, or with x-wal=alone if nothing else uses it, not even now and then`;
	return new MigrateError("ERR_DATABASE", message, {});
}

/**
 * Returns whether a database is in WAL mode, by its header. See
 * https://sqlite.org/fileformat2.html#file_format_version_numbers
 *
 * Opens and closes the file, which drops the POSIX locks that a native library of this process holds on it.
 */
export function isWal(path: string): boolean {
	let file: number;
	try {
		file = openSync(path, "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
		throw error;
	}
	try {
		const header = new Uint8Array(20);
		return readSync(file, header, 0, header.length, 0) === header.length && header[18] === 2;
	} catch (error) {
		// SQLite refuses a folder itself.
		if ((error as NodeJS.ErrnoException).code === "EISDIR") return false;
		throw error;
	} finally {
		closeSync(file);
	}
}
