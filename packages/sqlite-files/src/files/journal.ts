import { closeSync, openSync, readSync } from "node:fs";

/**
 * Tells whether a rollback journal is there that is not emptied: of somebody at work, or of one who died at it. See
 * https://sqlite.org/fileformat2.html#the_rollback_journal
 */
export function hasJournal(path: string): boolean {
	let file: number;
	try {
		file = openSync(`${path}-journal`, "r");
	} catch (error) {
		// A name that the file system has no room for is none that SQLite could have made.
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
