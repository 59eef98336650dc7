import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { MigrateError } from "@godwit/core";
import { cannotOpen } from "./file-errors.ts";
import { realDatabasePath } from "./real-path.ts";

/**
 * Returns a path without symbolic links, as bindings take it.
 *
 * @throws MigrateError `ERR_DATABASE` when no database can be there.
 */
export function usablePath(path: string): string {
	try {
		assertUsablePath(path);
		return realDatabasePath(path);
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}

/** For each of these SQLite itself says no more than "unable to open database file". */
function assertUsablePath(path: string): void {
	const folder = dirname(resolve(path));
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
		throw new MigrateError("ERR_DATABASE", `cannot open ${path}: there is no folder ${folder}; make it first`, {});
	}
	if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
		throw new MigrateError("ERR_DATABASE", `cannot open ${path}: it is a folder; name a file in it`, {});
	}
}
