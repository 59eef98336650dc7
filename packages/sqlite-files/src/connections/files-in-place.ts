import { statSync } from "node:fs";
import { MigrateError } from "@godwit/core";

/** The files that a connection has open, by path, each with the file that was there when it was opened. */
export interface FilesInPlace {
	/** Belongs after the main file was opened: on overlayfs a file that is opened to be written may get another inode. */
	opened(): void;
	/** Belongs after ATTACH and DETACH. @param paths The files that the connection has open, by real path. The main one always counts. */
	note(paths: readonly string[]): void;
	closed(): void;
	/**
	 * Belongs before every commit. SQLite itself looks in a database with a rollback journal, and not in one in WAL mode, see
	 * https://sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use
	 *
	 * @throws MigrateError `ERR_LOCK_LOST` when another file, or none, is at one of the paths.
	 */
	assertInPlace(): void;
}

/**
 * @param main The real path of the main file.
 * @param lent Whether the connection is the caller's, which has the main file open now and after `closed`.
 */
export function filesInPlace(main: string, lent: boolean): FilesInPlace {
	const files = new Map<string, string | undefined>();
	if (lent) add(main);

	function add(path: string): void {
		if (!files.has(path)) files.set(path, fileAt(path));
	}

	function keep(paths: readonly string[]): void {
		for (const path of files.keys()) if (!paths.includes(path)) files.delete(path);
	}

	return {
		opened: () => add(main),
		note(paths) {
			keep([main, ...paths]);
			for (const path of paths) add(path);
		},
		closed: () => keep(lent ? [main] : []),
		assertInPlace() {
			for (const [path, opened] of files) {
				const found = fileAt(path);
				if (found === undefined || found !== opened) throw notInPlace(path, found !== undefined);
			}
		},
	};
}

/** Device and inode. As plain numbers those of Windows would be rounded. */
function fileAt(path: string): string | undefined {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	return stat && `${stat.dev}:${stat.ino}`;
}

function notInPlace(path: string, replaced: boolean): MigrateError {
	const what = replaced ? `another file was put in the place of ${path}` : `${path} was removed or renamed`;
	const advice = replaced ? "Look at both" : "Look where it is";
	const message = `${what} while it was open; nothing more is committed. ${advice}, and run the command again`;
	return new MigrateError("ERR_LOCK_LOST", message, { owner: "another program" });
}
