import { statSync } from "node:fs";
import { MigrateError } from "@godwit/core";
import { isMountPoint } from "./mount-point.ts";

/**
 * Checks that a database file has no second name. SQLite makes a journal and a lock for each, see
 * https://sqlite.org/howtocorrupt.html#_multiple_links_to_the_same_file
 *
 * @throws MigrateError `ERR_DATABASE` for a file with hard links, and for one that is mounted by itself.
 */
export function assertOneName(path: string): void {
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat === undefined || stat.isDirectory()) return;
	if (stat.nlink > 1) {
		const message = `${path} has ${stat.nlink} names (hard links), and SQLite keeps a journal for each, so that a crash under one name is not rolled back under the other; copy the file instead`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}
	if (isMountPoint(path)) {
		const message = `${path} is a file that is mounted by itself, without the journal beside it, so that a crash under one of its names is not rolled back under the other; mount the folder that it lies in instead`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}
}
