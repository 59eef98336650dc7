import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseDatabaseUrl } from "@godwit/sqlite";
import { cannotOpen } from "../file-errors.ts";
import { realDatabasePath } from "../real-path.ts";

/**
 * Returns a text that all URLs of one database file have in common, through links of both kinds, and also before the file is
 * there. Every driver for SQLite files gives the same one.
 *
 * @throws MigrateError `ERR_INVALID_URL`, `ERR_INVALID_OPTION`; `ERR_DATABASE` for a path that cannot be followed.
 */
export function identityOf(url: string): string {
	const { path } = parseDatabaseUrl(url);
	if (path === ":memory:") return path;
	try {
		return identityOfPath(path);
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}

function identityOfPath(path: string): string {
	const found = statSync(path, { bigint: true, throwIfNoEntry: false });
	return found === undefined ? `file ${realPathOf(path)}` : `file ${found.dev}:${found.ino}`;
}

/** In a folder that does not exist there are no links. */
function realPathOf(path: string): string {
	try {
		return realDatabasePath(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return resolve(path);
	}
}
