import { closeSync, openSync, readSync } from "node:fs";

/**
 * Returns whether there is a rollback journal that is in use: a process is writing the database, or died while it did. See
 * https://sqlite.org/fileformat2.html#the_rollback_journal
 */
export function hasJournal(path: string): boolean {
	let file: number;
	try {
		file = openSync(`${path}-journal`, "r");
	} catch (error) {
		// SQLite cannot have made a file whose name is too long.
		if (["ENOENT", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
		throw error;
	}
	try {
		const first = new Uint8Array(1);
		return readSync(file, first, 0, 1, 0) === 1 && first[0] !== 0;
	} finally {
		closeSync(file);
	}
}
