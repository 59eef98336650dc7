import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** As many as Linux follows, see path_resolution(7). */
const MOST_LINKS = 40;

/**
 * The file that a path leads to, also when the file does not exist yet.
 *
 * The native library follows symbolic links, and names journal and locks after the target. node-sqlite3-wasm names them
 * after the link. When both get the target's name, they agree.
 *
 * @throws the file system's own error: ENOENT for a missing folder, ELOOP for links that lead to each other.
 */
export function realDatabasePath(path: string): string {
	let at = resolve(path);
	for (let links = 0; links <= MOST_LINKS; links++) {
		const there = join(realpathSync(dirname(at)), basename(at));
		if (!lstatSync(there, { throwIfNoEntry: false })?.isSymbolicLink()) return there;
		at = resolve(dirname(there), readlinkSync(there));
	}
	throw Object.assign(new Error(`ELOOP: too many symbolic links encountered, '${path}'`), { code: "ELOOP" });
}
